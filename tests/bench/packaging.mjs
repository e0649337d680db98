// Repackaging an archive from file to file, next to copying it and to compressing it again.
//
//     node packaging.mjs JSON
//
// JSON: { folder, program, rounds }. fflate has the archive in memory, as it is made to.

import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { write } from "./archives.mjs";

const { folder, program, rounds } = JSON.parse(process.argv[2]);
const [source, target] = [join(folder, "source.zip"), join(folder, "target.zip")];

function run(command, ...given) {
  const { status, stderr } = spawnSync(command, given, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}

const WAYS = {
  cp: () => run("cp", source, target),
  "ours, contents copied": () => run(program, "copied", source, target),
  "ours, and the SHA-256": () => run(program, "digested", source, target),
  "ours, and every content verified": () => run(program, "verified", source, target),
  "zip, recompressing": () => run(program, "zip", source, target),
  "fflate, recompressing": () => writeFileSync(target, zipSync(unzipSync(readFileSync(source)))),
};

const median = (all) => [...all].sort((a, b) => a - b)[all.length >> 1];

for (const [size, bytes, entries] of [["10 MB", 10e6, 200], ["100 MB", 100e6, 2_000]]) {
  const length = await write(source, "measured", "1.0.0", bytes, entries);
  const times = new Map(Object.keys(WAYS).map((name) => [name, []]));
  // In turns, and the first of each is for caches.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, way] of Object.entries(WAYS)) {
      rmSync(target, { force: true });
      const started = performance.now();
      way();
      if (round > 0) times.get(name).push(performance.now() - started);
    }
  }
  const rows = {};
  for (const [name, all] of times) {
    const ratios = all.map((time, round) => times.get("cp")[round] / time);
    rows[name] = { "MB/s": Math.round(length / 1e3 / median(all)), "speed of cp": median(ratios).toFixed(2) };
  }
  console.log(`Packaging an archive of ${size} in ${entries} files, from file to file`);
  console.table(rows);
}
rmSync(source);
rmSync(target);
