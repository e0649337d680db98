// WebAssembly memory of the functions while archives are published and fetched.
//
//     node published.mjs JSON
//
// JSON: { folder, token, servers: [{ name, webhook, manifest, report? }] }. Memory never shrinks, so the
// archives come in the order of their sizes, and each figure is the most until then.

import { createReadStream, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { write } from "./archives.mjs";

const { folder, token, servers } = JSON.parse(process.argv[2]);
const ARCHIVES = [
  ["10 MB", 10e6, 200],
  ["100 MB", 100e6, 2_000],
  ["1 GB", 1e9, 20_000],
];

/** Sends a request and counts the bytes that come. */
function ask(method, url, headers, file) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      let [length, text] = [0, ""];
      answer.on("data", (piece) => {
        length += piece.length;
        if (length < 100_000) text += piece;
      });
      answer.on("end", () => resolve({ status: answer.statusCode, length, text }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    if (file) createReadStream(file).pipe(sent);
    else sent.end();
  });
}

/** Mebibytes of memory, by function. */
async function memory(server) {
  const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(1);
  if (server.report) {
    const { components } = JSON.parse((await ask("GET", server.report, {})).text);
    return ["webhook", "manifest"].map((name) => mebibytes(components[name].peak_memory_bytes));
  }
  const all = [server.webhook, server.manifest].map((origin) => ask("GET", `${origin}/.well-known/bench/memory`, {}));
  return (await Promise.all(all)).map(({ text }) => mebibytes(Number(text)));
}

const rows = {};
const file = join(folder, "archive.zip");
for (const [size, bytes, entries] of ARCHIVES) {
  const id = `bench-${size.replace(" ", "").toLowerCase()}`;
  const length = await write(file, id, "1.0.0", bytes, entries);
  for (const server of servers) {
    const path = `/admin/v1/packages/${id}/releases/1.0.0`;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/zip", "content-length": length };
    const started = performance.now();
    const put = await ask("PUT", `${server.webhook}${path}`, headers, file);
    const took = (performance.now() - started) / 1000;
    if (put.status !== 201) throw new Error(`${server.name}, ${size}: ${put.status} ${put.text}`);
    const archive = await ask("GET", `${server.manifest}/packages/${id}/releases/1.0.0/${id}.zip`, {});
    const other = await ask("GET", `${server.manifest}/packages/${id}/releases/1.0.0/core-12/${id}.zip`, {});
    if (archive.length < statSync(file).size || other.length < bytes) throw new Error(`${server.name}, ${size}: cut off`);
    const [webhook, manifest] = await memory(server);
    rows[`${size}, ${entries} files, ${server.name}`] = {
      "webhook MiB": webhook,
      "manifest MiB": manifest,
      "published MB/s": (length / 1e6 / took).toFixed(0),
    };
  }
}
rmSync(file);
console.log("WebAssembly memory while archives are published and fetched");
console.table(rows);
