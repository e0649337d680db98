// Loads an image of another site as Foundry's modules do, in headless Chromium, and reads its pixels
// from a canvas: through the proxy that works, without it the canvas is tainted.
//
//   node tests/browser/canvas.mjs PROXY IMAGE
//
// PROXY is the address that an image's URL is appended to, IMAGE the URL of an image all of whose
// pixels are 200, 100, 50. Exits with 1 where a check failed, with 2 where it cannot run at all.

import assert from "node:assert/strict";
import { createServer } from "node:http";

import { findChromium, startBrowser } from "./browser.mjs";

const PIXEL = [200, 100, 50, 255];

/** What runs in the page: draws `url` and reads the first pixel, or says why not. */
async function draw({ url, cors }) {
  const image = new Image();
  if (cors) image.crossOrigin = "";
  const loaded = new Promise((resolve) => {
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
  });
  image.src = url;
  if (!(await loaded)) return "not loaded";
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  try {
    return [...context.getImageData(0, 0, 1, 1).data];
  } catch (error) {
    return error.name;
  }
}

/** What runs in the page: ddb-importer's way, by a request that needs a preflight. */
async function download(url) {
  const response = await fetch(url, { headers: { "x-requested-with": "foundry" } });
  const bitmap = await createImageBitmap(await response.blob());
  return [response.status, response.headers.get("content-type"), bitmap.width, bitmap.height];
}

const CHECKS = {
  "without the proxy the canvas is tainted": async ({ page, image }) => {
    assert.equal(await page.evaluate(draw, { url: image, cors: false }), "SecurityError");
    assert.equal(await page.evaluate(draw, { url: image, cors: true }), "not loaded");
  },
  "with the proxy its pixels are read": async ({ page, proxy, image }) => {
    assert.deepEqual(await page.evaluate(draw, { url: proxy + image, cors: true }), PIXEL);
  },
  "as Tokenizer asks, with milliseconds for a query": async ({ page, proxy, image }) => {
    for (const url of [proxy + image, proxy + encodeURIComponent(image)]) {
      const busted = `${url.split("?")[0]}?${Date.now()}`;
      assert.deepEqual(await page.evaluate(draw, { url: busted, cors: true }), PIXEL);
    }
  },
  "as ddb-importer asks, with a preflight": async ({ page, proxy, image }) => {
    assert.deepEqual(await page.evaluate(download, `${proxy}ddb/${image}`), [200, "image/png", 8, 8]);
  },
  "loaded first without CORS, then with it": async ({ page, proxy, image }) => {
    const url = `${proxy}${image}?1`;
    assert.equal(await page.evaluate(draw, { url, cors: false }), "SecurityError");
    assert.deepEqual(await page.evaluate(draw, { url, cors: true }), PIXEL);
  },
  "made smaller, as WebP": async ({ page, proxy, image }) => {
    const url = `${proxy}o/w=4,format=webp/${image}`;
    const pixel = await page.evaluate(draw, { url, cors: true });
    assert.ok(pixel.every((value, i) => Math.abs(value - PIXEL[i]) <= 16), `${pixel}`);
  },
};

async function main([proxy, image]) {
  const path = findChromium();
  if (!proxy || !image || !path) {
    console.error(path ? "Name the proxy's address and an image's URL." : "No Chromium on PATH, or named by CHROMIUM_BIN.");
    process.exitCode = 2;
    return;
  }
  // A page of a third origin, as Foundry is.
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!DOCTYPE html><title>Foundry</title>"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await startBrowser(path);
  for (const [name, run] of Object.entries(CHECKS)) {
    const visitor = await browser.open(`http://127.0.0.1:${server.address().port}/`);
    try {
      await run({ page: visitor.page, proxy, image });
      console.log(`ok    ${name}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`FAIL  ${name}\n      ${error.message.replaceAll("\n", "\n      ")}`);
    }
    await visitor.close();
  }
  await browser.stop();
  server.close();
}

await main(process.argv.slice(2));
