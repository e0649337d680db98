// Cold starts: of each function on workerd from the start of its process, next to a Worker of one line;
// and on Spin in an instance of its own, next to one that is there.
//
//     node starts.mjs JSON
//
// JSON: { folder, workerd, date, rounds, workers: [{ name, folder }], components: [{ name, url }] }.

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { get } from "node:http";
import { join } from "node:path";

import { freePort } from "./port.mjs";

const { folder, workerd, date, rounds, workers, components, spin } = JSON.parse(process.argv[2]);
/** Longer than Spin keeps an instance that nobody asks: a second. */
const IDLE = 1500;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const median = (all) => [...all].sort((a, b) => a - b)[all.length >> 1];

/** Any answer at all, on a connection of its own. */
const answered = (url) =>
  new Promise((resolve, reject) => {
    const sent = get(url, { agent: false }, (answer) => answer.resume().on("end", resolve));
    sent.on("error", reject);
  });

/** Milliseconds from the start of workerd with these modules to its first answer. */
async function started(place, modules, path) {
  const port = await freePort();
  const config = join(place, "config.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "main", worker = .one)],
      sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);
    const one :Workerd.Worker = (modules = [${modules}], compatibilityDate = "${date}");`,
  );
  const begun = performance.now();
  const child = spawn(workerd, ["serve", config], { stdio: "ignore" });
  try {
    for (;;) {
      try {
        await answered(`http://127.0.0.1:${port}${path}`);
        return performance.now() - begun;
      } catch (error) {
        if (error.code !== "ECONNREFUSED" || performance.now() - begun > 60_000) throw error;
        await pause(1);
      }
    }
  } finally {
    child.kill();
    await once(child, "exit");
  }
}

const rows = {};
const place = join(folder, "starts");
const LINE = `(name = "index.js", esModule = "export default { fetch: () => new Response('') };")`;
const CODE = `(name = "index.js", esModule = embed "index.js"), (name = "index_bg.wasm", wasm = embed "index_bg.wasm")`;
for (const worker of workers) {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const file of ["index.js", "index_bg.wasm"]) copyFileSync(join(worker.folder, file), join(place, file));
  const differences = [];
  for (let round = 0; round <= rounds; round += 1) {
    const line = await started(place, LINE, "/");
    const whole = await started(place, CODE, `/health/${worker.name}`);
    // The first is for the disk's cache.
    if (round > 0) differences.push(whole - line);
  }
  rows[`${worker.name} on workerd`] = { "cold start ms": median(differences).toFixed(1) };
}
for (const { name, url } of components) {
  const [cold, warm] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    await pause(IDLE);
    const begun = performance.now();
    await answered(url);
    const middle = performance.now();
    await answered(url);
    if (round > 0) {
      cold.push(middle - begun);
      warm.push(performance.now() - middle);
    }
  }
  rows[`${name} on ${spin}`] = { "cold start ms": (median(cold) - median(warm)).toFixed(1) };
}
rmSync(place, { recursive: true, force: true });
console.log("Cold starts: on workerd above those of a Worker of one line, on Spin above a warm instance's answer");
console.table(rows);
