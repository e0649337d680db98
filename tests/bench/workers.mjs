// Serves Workers for cargo xtask bench: each on a port of its own, without Miniflare's own Worker in
// front of it, and with a look at its WebAssembly memory.
//
// The first line of stdin is what to serve: what workerd.mjs of `cargo xtask dev` reads, and the ports.
// When stdin ends, whoever started this is gone, and so are we.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { serve, ports, constant } = JSON.parse((await lines.next()).value);

const require = createRequire(serve.packageJson);
const { Log, LogLevel, Miniflare, convertV4MiniflareOptions } = require("miniflare");

// What the instances of this isolate have in memory, which never shrinks.
const WATCH = `
const { Instance } = WebAssembly;
let memory;
WebAssembly.Instance = class extends Instance {
  constructor(...given) {
    super(...given);
    memory = this.exports.memory ?? memory;
  }
};
export const bytes = () => memory?.buffer.byteLength ?? 0;
`;

const MAIN = `
import { bytes } from "./watch.js";
import Worker from "./index.js";
export default {
  ...Worker,
  fetch(request, env, ctx) {
    if (request.url.endsWith("/.well-known/bench/memory")) return new Response(String(bytes()));
    return Worker.fetch(request, env, ctx);
  },
};
`;

const direct = (name) => [{ host: serve.host, port: ports[name] }];

function worker({ name, folder, bindings, buckets }) {
  return {
    name,
    compatibilityDate: serve.compatibilityDate,
    modulesRoot: folder,
    modules: [
      { type: "ESModule", path: `${folder}/main.js`, contents: MAIN },
      { type: "ESModule", path: `${folder}/watch.js`, contents: WATCH },
      { type: "ESModule", path: `${folder}/index.js` },
      { type: "CompiledWasm", path: `${folder}/index_bg.wasm` },
    ],
    bindings,
    r2Buckets: buckets,
    unsafeDirectSockets: direct(name),
  };
}

const text = JSON.stringify(constant);
const javascript = {
  name: "javascript",
  compatibilityDate: serve.compatibilityDate,
  modules: true,
  script: `
    const text = ${text};
    const headers = { "content-type": "application/json; charset=utf-8" };
    export default { fetch: () => new Response(text, { headers }) };`,
  unsafeDirectSockets: direct("javascript"),
};

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: serve.host,
    port: serve.port,
    resourcePersistencePath: serve.state,
    workers: [javascript, ...serve.workers.map(worker)],
    log: new Log(LogLevel.ERROR),
    logRequests: false,
    // Log lines cost what they cost the Worker; what becomes of them here is not measured.
    handleStructuredLogs: () => {},
    cf: false,
    telemetry: { enabled: false },
  }),
);
const stop = async () => {
  await miniflare.dispose();
  process.exit(0);
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
await miniflare.ready;
console.log("ready");
await lines.next();
await stop();
