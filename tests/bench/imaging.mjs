// Our images next to those of sharp (libvips with one thread), Photon, jSquash, and to a predecessor
// that only passes them on, in one run on one machine; then bytes at equal likeness (--only equal), and
// what is built to cost much (--only bombs).
//
//     node imaging.mjs MODULE [--rounds N] [--only TEXT]
//
// Figures are processor time, not time on the clock: of what else the machine does, they depend
// least. Absolute ones mean nothing elsewhere; the ratios do.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bombs, jsquash, judged, libvips, ours, photon } from "./engines.mjs";
import { CASES, IMAGES, PICTURES } from "./images.mjs";
import { passing } from "./passed.mjs";
import { against, bytesAt } from "./similarity.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const module = new WebAssembly.Module(readFileSync(positionals[0]));
const rounds = Number(options.rounds);
const QUALITY = 80;
// Those who need gigabytes or seconds for a case are not asked for it often.
const FEW = 2;
// Compilers of WebAssembly take a while until they have seen what is worth their best; that time is
// not the code's. Milliseconds.
const WARM = 600;
const others = { photon: await photon(), jSquash: await jsquash() };

function spent() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];
const fixed = (number, digits) => (number === undefined ? "–" : number.toFixed(digits));
const megabytes = (bytes) => (bytes === undefined ? undefined : bytes / 2 ** 20);

// Milliseconds and bytes of one call.
async function timed(engine, request) {
  const start = spent();
  const made = await engine.run(...request);
  return [spent() - start, made.length];
}

function memory(name, source, request) {
  const path = new URL("memory.mjs", import.meta.url).pathname;
  const { stdout } = spawnSync(process.execPath, [path, name, ...request.map(String)], { input: source });
  const bytes = Number.parseInt(stdout.toString(), 10);
  return Number.isNaN(bytes) ? undefined : bytes;
}

async function measure([name, width, target], predecessor) {
  const source = await IMAGES[name]();
  const request = [source, width, target, QUALITY];
  // One instance per case: its memory never shrinks, so what it has at the end is the most it needed.
  const own = ours(module);
  const engines = { ours: own, sharp: libvips, ...others };
  const times = { passed: [] };
  const bytes = {};
  for (const [engine, made] of Object.entries(engines)) {
    times[engine] = [];
    for (let warm = 0; warm < WARM; ) {
      const [time, length] = await timed(made, request);
      warm += time + 1;
      bytes[engine] = length;
    }
  }
  // In turns.
  for (let round = 0; round < rounds; round += 1) {
    for (const [engine, made] of Object.entries(engines)) {
      if (engine in others && round >= FEW) continue;
      times[engine].push((await timed(made, request))[0]);
    }
    times.passed.push(await predecessor.one(source));
  }
  const time = (engine) => median(times[engine]);
  const ratio = (engine) => fixed(time("ours") / time(engine), 2);
  const title = `${name} → ${width || "as large"} ${target}`;
  const processor = {
    case: title,
    "ours ms": fixed(time("ours"), 1),
    "÷ sharp": ratio("sharp"),
    "÷ photon": ratio("photon"),
    "÷ jSquash": ratio("jSquash"),
    "passed on, ms": fixed(time("passed"), 1),
  };
  const rest = [width, target, QUALITY];
  const sizes = {
    case: title,
    "source MB": fixed(megabytes(source.length), 1),
    "ours KB": fixed(bytes.ours / 1024, 1),
    "sharp KB": fixed(bytes.sharp / 1024, 1),
    "photon KB": fixed(bytes.photon / 1024, 1),
    "jSquash KB": fixed(bytes.jSquash / 1024, 1),
    "ours MB": fixed(megabytes(own.memory()), 0),
    "sharp MB": fixed(megabytes(memory("sharp", source, rest)), 0),
    "photon MB": fixed(megabytes(memory("photon", source, rest)), 0),
    "jSquash MB": fixed(megabytes(memory("jsquash", source, rest)), 0),
  };
  return { processor, sizes };
}

// Bytes that an encoder needs where its picture is as alike as sharp's of quality 80, as ratios.
async function compare(name, target) {
  const picture = await PICTURES[name]();
  const compared = await against(picture);
  const wanted = await libvips.run(picture, 0, target, QUALITY);
  const aim = await compared(wanted);
  const row = { case: `${name} as ${target}`, "sharp KB": fixed(wanted.length / 1024, 1) };
  const engines = { ours: ours(module), ...others };
  for (const [engine, made] of Object.entries(engines)) {
    // Photon's WebP has no quality.
    if (engine === "photon" && (target === "webp" || name.startsWith("token"))) continue;
    const curves = { luma: [], chroma: [] };
    for (const quality of [60, 65, 70, 75, 80, 85, 90, 95]) {
      const file = await made.run(picture, 0, target, quality);
      const found = await compared(Buffer.from(file));
      curves.luma.push([found.luma, file.length]);
      curves.chroma.push([found.chroma, file.length]);
    }
    for (const part of ["luma", "chroma"]) {
      const bytes = bytesAt(curves[part], aim[part]);
      row[`${engine}, ${part}`] = fixed(bytes && bytes / wanted.length, 3);
    }
  }
  return row;
}

const predecessor = await passing();
const rows = [];
for (const given of CASES) {
  if (given.join(" ").includes(options.only)) rows.push(await measure(given, predecessor));
}
predecessor.end();
if (rows.length > 0) {
  console.log("Processor time, ours and as a ratio to others'; Express passing the source on as it is");
  console.table(rows.map((row) => row.processor));
  console.log("Bytes of the result, and of memory at most: WebAssembly's, for sharp its process's growth");
  console.table(rows.map((row) => row.sizes));
}
if (options.only === "" || options.only === "equal") {
  const equal = [];
  for (const name of Object.keys(PICTURES)) {
    for (const target of name.startsWith("token") ? ["webp"] : ["jpeg", "webp"]) {
      equal.push(await compare(name, target));
    }
  }
  console.log("Bytes at the SSIM of sharp's quality 80, as a ratio to sharp's");
  console.table(equal);
}
if (options.only === "" || options.only === "bombs") {
  const rows = bombs(module).map(([name, source]) => {
    // The first one is for compilers.
    judged(module, source);
    const { time, memory, answer } = judged(module, source);
    return { case: name, "source KB": fixed(source.length / 1024, 1), ms: fixed(time, 1), MB: fixed(megabytes(memory), 1), answer };
  });
  console.log("What is built to cost much; 200 ms and 64 MB are too much");
  console.table(rows);
}
