// Serves Workers on one origin with Miniflare, each with its own bindings.
//
// The first line of stdin is what to serve, as JSON (see workerd.rs). When
// stdin ends, whoever started this is gone, and so are we.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { value: firstLine } = await lines.next();
const serve = JSON.parse(firstLine);

const require = createRequire(serve.packageJson);
const { Log, LogLevel, Miniflare, convertV4MiniflareOptions } = require("miniflare");

/** Miniflare's own messages go to stderr: stdout is for the Workers' log lines. */
class ErrorLog extends Log {
  log(message) {
    process.stderr.write(`${message}\n`);
  }
}

/** A bucket; with a key given, its S3 API is at /cdn-cgi/local/r2/s3/<bucket>. */
function bucket([binding, id]) {
  return [binding, { id, s3Credentials: serve.s3Credentials ?? undefined }];
}

/** A Worker of code, called for its routes. */
function worker({ name, folder, routes, bindings, buckets }) {
  return {
    name,
    compatibilityDate: serve.compatibilityDate,
    modulesRoot: folder,
    modules: [
      { type: "ESModule", path: `${folder}/index.js` },
      { type: "CompiledWasm", path: `${folder}/index_bg.wasm` },
    ],
    routes,
    bindings,
    r2Buckets: Object.fromEntries(Object.entries(buckets).map(bucket)),
  };
}

/** A Worker of files only. */
function files({ name, directory, htmlHandling, notFoundHandling }) {
  return {
    name,
    compatibilityDate: serve.compatibilityDate,
    modules: true,
    script: "export default {};",
    assets: {
      directory,
      routerConfig: { has_user_worker: false },
      assetConfig: { html_handling: htmlHandling, not_found_handling: notFoundHandling },
    },
  };
}

/** Answers where there are no files. */
const nothing = {
  name: "nothing",
  compatibilityDate: serve.compatibilityDate,
  modules: true,
  script: `export default { fetch: () => new Response("no route\\n", { status: 404 }) };`,
};

// Miniflare gives its first Worker what no route takes: the files, which have
// the route of everything else.
const fallback = serve.files.length > 0 ? serve.files.map(files) : [nothing];

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: serve.host,
    port: serve.port,
    resourcePersistencePath: serve.state,
    workers: [...fallback, ...serve.workers.map(worker)],
    log: new ErrorLog(LogLevel.WARN),
    logRequests: false,
    // Nothing is fetched from Cloudflare, and nothing is reported.
    cf: false,
    telemetry: { enabled: false },
  }),
);

let stopping = false;
async function stop(code) {
  if (stopping) return;
  stopping = true;
  await miniflare.dispose();
  process.exit(code);
}
process.on("SIGTERM", () => stop(0));
process.on("SIGINT", () => stop(0));

/** The platform calls a Worker every n minutes, for crons of that form. */
function schedule({ name, crons }) {
  for (const cron of crons) {
    const minutes = /^\*\/(\d+) \* \* \* \*$/.exec(cron)?.[1] ?? (cron === "* * * * *" ? 1 : null);
    if (minutes === null) {
      process.stderr.write(`${name}: cron "${cron}" is not run here\n`);
      continue;
    }
    const call = async () => {
      const target = await miniflare.getWorker(name);
      await target.scheduled({ cron, scheduledTime: new Date() });
    };
    const report = (error) => process.stderr.write(`${name}: cron "${cron}": ${error}\n`);
    setInterval(() => call().catch(report), minutes * 60_000).unref();
  }
}

try {
  await miniflare.ready;
  serve.workers.forEach(schedule);
} catch (error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  await stop(1);
}

await lines.next();
await stop(0);
