// The images that are measured, all made here, and the cases that are made of them.

import sharp from "sharp";

// Noise of several sizes on top of each other, with a grid: as busy as a battle map.
async function map(side) {
  let seed = 7;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const layer = async (cells, opacity) => {
    const noise = Buffer.from(Array.from({ length: cells * cells * 3 }, () => random() * 256));
    const raw = { width: cells, height: cells, channels: 3 };
    const large = await sharp(noise, { raw }).resize(side, side, { kernel: "cubic" }).ensureAlpha(opacity);
    return { input: await large.raw().toBuffer(), raw: { width: side, height: side, channels: 4 } };
  };
  const base = await layer(side >> 8, 1);
  const above = [await layer(side >> 6, 0.45), await layer(side >> 4, 0.25), await layer(side >> 2, 0.1)];
  const lines = Array.from({ length: Math.floor(side / 140) }, (_, index) => index * 140 + 70);
  const path = lines.map((at) => `M${at} 0V${side}M0 ${at}H${side}`).join("");
  const grid = Buffer.from(`<svg width="${side}" height="${side}"><path d="${path}" stroke="#222"/></svg>`);
  const image = sharp(base.input, { raw: base.raw }).composite([...above, { input: grid }]).removeAlpha();
  return (await image.raw().toBuffer({ resolveWithObject: true }));
}

const of = ({ data, info }) => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels }, limitInputPixels: false });

const once = (make) => {
  let made;
  return () => (made ??= make());
};
const large = once(() => map(4096));
const photo = once(async () =>
  of(await large()).resize(2048, 1536).blur(0.8).raw().toBuffer({ resolveWithObject: true }),
);
const huge = async () => of(await large()).resize(8192, 8192, { kernel: "cubic" });

async function token(side) {
  const round = Buffer.from(`<svg width="${side}" height="${side}"><circle cx="50%" cy="50%" r="48%"/></svg>`);
  const part = of(await large()).extract({ left: 0, top: 0, width: side, height: side });
  return part.composite([{ input: round, blend: "dest-in" }]).png().toBuffer();
}

// Each made when a case asks for it.
export const IMAGES = {
  "photo 2048×1536 jpg": async () => of(await photo()).jpeg({ quality: 90 }).toBuffer(),
  "photo 2048×1536 progressive": async () =>
    of(await photo()).jpeg({ quality: 90, progressive: true }).toBuffer(),
  "photo 2048×1536 png": async () => of(await photo()).png().toBuffer(),
  "photo 2048×1536 webp": async () => of(await photo()).webp({ quality: 90 }).toBuffer(),
  "token 400² png": () => token(400),
  "token 1024² png": () => token(1024),
  "map 4096² jpg": async () => of(await large()).jpeg({ quality: 85 }).toBuffer(),
  "map 4096² png": async () => of(await large()).png({ compressionLevel: 4 }).toBuffer(),
  "map 4096² webp": async () => of(await large()).webp({ quality: 85, effort: 2 }).toBuffer(),
  "map 8192² jpg": async () => (await huge()).jpeg({ quality: 85 }).toBuffer(),
  "map 8192² progressive": async () =>
    (await huge()).jpeg({ quality: 85, progressive: true }).toBuffer(),
  "map 8192² png": async () => (await huge()).png({ compressionLevel: 2 }).toBuffer(),
  "map 8192² webp": async () => (await huge()).webp({ quality: 80, effort: 0 }).toBuffer(),
};

// An image, how wide it becomes (0: as it is), and what it becomes.
export const CASES = [
  ["photo 2048×1536 jpg", 400, "jpeg"],
  ["photo 2048×1536 jpg", 400, "webp"],
  ["photo 2048×1536 progressive", 400, "webp"],
  ["photo 2048×1536 png", 400, "webp"],
  ["photo 2048×1536 webp", 400, "webp"],
  ["token 400² png", 200, "webp"],
  ["token 1024² png", 400, "webp"],
  ["map 4096² jpg", 1024, "jpeg"],
  ["map 4096² jpg", 1024, "webp"],
  ["map 4096² jpg", 400, "webp"],
  ["map 4096² jpg", 0, "webp"],
  ["map 4096² jpg", 0, "jpeg"],
  ["map 4096² png", 1024, "webp"],
  ["map 4096² webp", 1024, "webp"],
  ["map 8192² jpg", 1024, "webp"],
  ["map 8192² progressive", 1024, "webp"],
  ["map 8192² png", 1024, "webp"],
  ["map 8192² webp", 1024, "webp"],
];

// What encoders are compared on: pictures without loss, and what they become.
export const PICTURES = {
  "photo 1024×768": async () => of(await photo()).resize(1024).png().toBuffer(),
  "map 1024²": async () => of(await large()).resize(1024).png().toBuffer(),
  "token 400²": () => token(400),
};
