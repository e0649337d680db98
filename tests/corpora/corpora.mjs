// Public sets of images, each file decoded by our code as WebAssembly and compared twice: with what
// the same code makes natively, byte for byte, and with what sharp (libvips) makes of it.
//
//     node corpora.mjs MODULE NATIVE SCRATCH NAME=FOLDER…
//
// What has to be refused, and how alike pictures have to be, is in expected.json.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

const [modulePath, native, scratch, ...given] = process.argv.slice(2);
const expected = JSON.parse(readFileSync(new URL("expected.json", import.meta.url), "utf8"));
const IMAGE = /\.(png|jpe?g|gif|webp|bmp|avif)$/i;
// As imaging/tests compare: transparent pixels have no colour, so what counts is what one sees.
const BELOW = [90, 160, 30];
const module = new WebAssembly.Module(readFileSync(modulePath));

sharp.cache(false);

const files = given.flatMap((set) => {
  const [name, folder] = set.split("=");
  const found = readdirSync(folder).filter((file) => IMAGE.test(file));
  return found.toSorted().map((file) => ({ set: name, file, path: join(folder, file) }));
});

// One line for every way of every file.
function natively() {
  const input = `${files.map(({ path }) => path).join("\n")}\n`;
  const { status, stdout, stderr } = spawnSync(native, [scratch], { input, maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${native}: ${stderr}`);
  return stdout.toString().trimEnd().split("\n");
}

// The same lines by WebAssembly, and the first way's bytes. An instance for each file: one that traps
// is of no more use.
function asWasm(source, ways) {
  const { exports } = new WebAssembly.Instance(module);
  const start = exports.source(source.length);
  new Uint8Array(exports.memory.buffer).set(source, start);
  const lines = [];
  let first;
  for (let way = 0; way < ways; way += 1) {
    const made = exports.make(way);
    const result = Buffer.from(Buffer.from(exports.memory.buffer, exports.result(), exports.result_length()));
    if (made && way === 0) first = result;
    lines.push(made ? `made ${createHash("sha256").update(result).digest("hex")}` : `refused ${result}`);
  }
  return { lines, first };
}

// Every frame below the other, upright, in sRGB, with straight alpha.
async function pixels(bytes) {
  const image = sharp(bytes, { pages: -1, failOn: "none", limitInputPixels: false });
  const { pages = 1 } = await image.metadata();
  const upright = pages > 1 ? image : image.autoOrient();
  const raw = upright.toColourspace("srgb").ensureAlpha().raw({ depth: "uchar" });
  const { data, info } = await raw.toBuffer({ resolveWithObject: true });
  return { data, size: `${info.width} × ${info.height}, ${pages} frames` };
}

// Decibels; 99 for the same pictures.
function likeness(a, b) {
  let sum = 0;
  for (let at = 0; at < a.length; at += 4) {
    const [over, under] = [a[at + 3] / 255, b[at + 3] / 255];
    for (let part = 0; part < 3; part += 1) {
      const seen = a[at + part] * over + BELOW[part] * (1 - over);
      const wanted = b[at + part] * under + BELOW[part] * (1 - under);
      sum += (seen - wanted) ** 2;
    }
  }
  const mean = sum / (a.length * 0.75);
  return mean === 0 ? 99 : Math.min(99, 10 * Math.log10(255 ** 2 / mean));
}

// What is wrong with what was made of a file, if anything.
async function wrong({ set, file }, source, { lines, first }, native, kept) {
  const { refused = {}, large = {}, rounded = {}, least, exceptions = {} } = expected[set];
  // Colour profiles are converted by another crate, whose vectors for processors round otherwise.
  if (file in rounded) {
    const found = likeness((await pixels(first)).data, (await pixels(readFileSync(kept))).data);
    return found < rounded[file] ? `${found.toFixed(1)} dB from what is made natively` : undefined;
  }
  const differs = lines.findIndex((line, way) => line !== native[way] && (way > 0 || !first));
  if (differs >= 0) return `way ${differs}: ${lines[differs]} as WebAssembly, ${native[differs]} natively`;
  // The encoder of lossless WebP is another crate's. It gives symbols of one frequency their codes in
  // the order that an unstable sort leaves, which is another one where pointers are longer.
  if (lines[0] !== native[0]) {
    const [here, there] = [await pixels(first), await pixels(readFileSync(kept))];
    if (!here.data.equals(there.data)) return "other pixels as WebAssembly than natively";
  }
  if (file in refused) {
    const kept = lines.find((line) => !line.startsWith(`refused ${refused[file]}`));
    return kept && `${kept}, not refused ${refused[file]}`;
  }
  // What has to be held as a whole is more than may be held; smaller, it is made.
  const allowed = file in large ? (line) => line.startsWith(`refused ${large[file]}`) : () => false;
  const rejected = lines.filter((line) => line.startsWith("refused"));
  if (!rejected.every(allowed) || rejected.length === lines.length) return rejected[0];
  if (file in large) return rejected.length > 0 ? undefined : "nothing was too large";
  if (least === undefined) return undefined;
  const [ours, theirs] = [await pixels(first), await pixels(source)];
  if (ours.size !== theirs.size) return `${ours.size}, not ${theirs.size}`;
  const found = likeness(ours.data, theirs.data);
  return found < (exceptions[file] ?? least) ? `${found.toFixed(1)} dB` : undefined;
}

const made = natively();
const ways = made.length / files.length;
const tally = {};
let failed = 0;
for (const [index, entry] of files.entries()) {
  const source = readFileSync(entry.path);
  const name = `${entry.set}: ${entry.file}`;
  tally[entry.set] = (tally[entry.set] ?? 0) + 1;
  let finding;
  try {
    const lines = made.slice(index * ways, (index + 1) * ways);
    finding = await wrong(entry, source, asWasm(source, ways), lines, join(scratch, `${index}`));
  } catch (error) {
    finding = String(error);
  }
  if (finding) console.log(`${name}: ${finding}`);
  failed += finding ? 1 : 0;
}
for (const [set, { files: count }] of Object.entries(expected)) {
  if (tally[set] !== count) {
    console.log(`${set} has ${tally[set] ?? "no"} files, not ${count}`);
    failed += 1;
  }
}
console.log(`${files.length} files, each in ${ways} ways; ${failed} failed`);
process.exitCode = failed === 0 && Number.isInteger(ways) ? 0 : 1;
