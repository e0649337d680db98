// The website with a fake API: static/ as the platforms serve it (its _headers applied), and answers
// that a check sets as it goes. Test equipment only.

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { THREE } from "./samples.mjs";

const STATIC = fileURLToPath(new URL("../../static/", import.meta.url));

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Serves on a free port of the loopback; `answer(query)` gives `{status, body}` of the API. */
export async function startMock() {
  const headers = await siteHeaders();
  const mock = { url: "", stop: () => server.close() };
  mock.reset = () => (mock.answer = () => listing(THREE));
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, mock.url);
    if (url.pathname.startsWith("/api/")) {
      const { status = 200, body, text } = await mock.answer(url.searchParams);
      response.writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" });
      return response.end(text ?? JSON.stringify(body));
    }
    return sendFile(url.pathname, headers, response);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  mock.reset();
  mock.url = `http://127.0.0.1:${server.address().port}`;
  return mock;
}

/** One page of the listing. */
export const listing = (packages, next = null) => ({ body: { packages, next } });

/** The headers that `_headers` gives to every path. */
async function siteHeaders() {
  const lines = (await readFile(join(STATIC, "_headers"), "utf8")).split("\n");
  return lines.filter((line) => line.startsWith("  ")).map((line) => line.trim().match(/^([^:]+):\s*(.*)$/).slice(1));
}

async function sendFile(path, headers, response) {
  const wanted = join(STATIC, normalize(path === "/" ? "/index.html" : path));
  const found = !wanted.endsWith("_headers") && (await stat(wanted).catch(() => null))?.isFile();
  const file = found ? wanted : join(STATIC, "404.html");
  response.writeHead(found ? 200 : 404, Object.fromEntries([...headers, ["content-type", TYPES[extname(file)]]]));
  createReadStream(file).pipe(response);
}
