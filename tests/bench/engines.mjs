// Who is measured: each takes a file, a width (0: as it is), a target and a quality, and gives a file.
// Of WebAssembly, the memory is known.

import { readFileSync } from "node:fs";
import sharp from "sharp";

sharp.concurrency(1);
sharp.cache(false);

// Memories of all instances that are made; none of them ever shrinks.
const memories = new Set();
const note = (instance) => {
  for (const part of Object.values(instance.exports)) {
    if (part instanceof WebAssembly.Memory) memories.add(part);
  }
  return instance;
};
const { Instance } = WebAssembly;
WebAssembly.Instance = function (...given) {
  return note(new Instance(...given));
};
WebAssembly.Instance.prototype = Instance.prototype;

// Bytes of all of them.
export const held = () => [...memories].reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

// The crate, in an instance of its own.
export function ours(module) {
  const targets = { webp: 0, jpeg: 1, png: 2 };
  const { exports } = new WebAssembly.Instance(module);
  return {
    memory: () => exports.memory.buffer.byteLength,
    run(source, width, target, quality) {
      const start = exports.source(source.length);
      new Uint8Array(exports.memory.buffer).set(source, start);
      const length = exports.render(width, targets[target], quality);
      const bytes = Buffer.from(exports.memory.buffer, exports.result(), exports.result_length());
      if (length < 0) throw new Error(bytes.toString());
      return Buffer.from(bytes);
    },
  };
}

// What is built to cost much: names and bytes, which an instance of their own makes.
export function bombs(module) {
  const { exports } = new WebAssembly.Instance(module);
  const result = () => Buffer.from(Buffer.from(exports.memory.buffer, exports.result(), exports.result_length()));
  const all = [];
  for (let index = 0; exports.bomb_name(index) >= 0; index += 1) {
    const name = result().toString();
    exports.bomb(index);
    all.push([name, result()]);
  }
  return all;
}

// What the crate says of a file within its limits, in an instance of its own: milliseconds, the most
// bytes that the instance had, and the answer.
export function judged(module, source) {
  const { exports } = new WebAssembly.Instance(module);
  const start = exports.source(source.length);
  new Uint8Array(exports.memory.buffer).set(source, start);
  const before = process.cpuUsage();
  const length = exports.judge();
  const { user, system } = process.cpuUsage(before);
  const answer = Buffer.from(exports.memory.buffer, exports.result(), exports.result_length());
  return {
    time: (user + system) / 1000,
    memory: exports.memory.buffer.byteLength,
    answer: length < 0 ? answer.toString() : "an image",
  };
}

// Libvips, with one thread.
export const libvips = {
  async run(source, width, target, quality) {
    const whole = sharp(source, { limitInputPixels: false });
    const image = width > 0 ? whole.resize(width) : whole;
    return image[target]({ quality }).toBuffer();
  },
};

const heightFor = (width, size) => Math.max(1, Math.round((width * size.height) / size.width));

// Photon, whose WebP is lossless.
export async function photon() {
  const { PhotonImage, SamplingFilter, resize } = await import("@cf-wasm/photon/node");
  return {
    run(source, width, target, quality) {
      const whole = PhotonImage.new_from_byteslice(source);
      const size = { width: whole.get_width(), height: whole.get_height() };
      const image = width > 0 ? resize(whole, width, heightFor(width, size), SamplingFilter.Lanczos3) : whole;
      const bytes = target === "jpeg" ? image.get_bytes_jpeg(quality) : image.get_bytes_webp();
      if (image !== whole) image.free();
      whole.free();
      return bytes;
    },
  };
}

// Codecs of jSquash: mozjpeg, libwebp with SIMD, and two crates.
export async function jsquash() {
  globalThis.ImageData ??= class {
    constructor(data, width, height) {
      Object.assign(this, { data, width, height });
    }
  };
  const compiled = (path) => WebAssembly.compile(readFileSync(new URL(`node_modules/@jsquash/${path}`, import.meta.url)));
  const part = async (path, init, wasm) => {
    const made = await import(`@jsquash/${path}.js`);
    await made[init](await compiled(wasm));
    return made.default;
  };
  const decoders = {
    jpg: await part("jpeg/decode", "init", "jpeg/codec/dec/mozjpeg_dec.wasm"),
    png: await part("png/decode", "init", "png/codec/pkg/squoosh_png_bg.wasm"),
    webp: await part("webp/decode", "init", "webp/codec/dec/webp_dec.wasm"),
  };
  const encoders = {
    jpeg: await part("jpeg/encode", "init", "jpeg/codec/enc/mozjpeg_enc.wasm"),
    webp: await part("webp/encode", "init", "webp/codec/enc/webp_enc_simd.wasm"),
  };
  const { default: resize, initResize } = await import("@jsquash/resize");
  await initResize(await compiled("resize/lib/resize/pkg/squoosh_resize_bg.wasm"));
  return {
    async run(source, width, target, quality) {
      const kind = source[0] === 0xff ? "jpg" : source[0] === 0x89 ? "png" : "webp";
      const whole = await decoders[kind](new Uint8Array(source).buffer);
      const options = { width, height: heightFor(width, whole), method: "lanczos3", linearRGB: false };
      const image = width > 0 ? await resize(whole, options) : whole;
      return new Uint8Array(await encoders[target](image, { quality }));
    },
  };
}
