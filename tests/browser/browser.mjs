// Headless Chromium, and a page that remembers everything a reader would complain about.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/** The browser named by CHROMIUM_BIN, else the first known name on PATH; null where there is none. */
export function findChromium() {
  const named = process.env.CHROMIUM_BIN;
  if (named) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync) ?? null;
}

/** Starts Chromium; `open(url, options)` gives a fresh visitor's page with its `trouble`. */
export async function startBrowser(path) {
  const browser = await chromium.launch({ executablePath: path });
  return {
    open: (url, options) => open(browser, url, options),
    version: browser.version(),
    stop: () => browser.close(),
  };
}

/**
 * Opens `url` as a new visitor. `trouble` collects console errors, exceptions and requests to other
 * origins; `before` is a function that runs in the page ahead of its own scripts.
 */
async function open(browser, url, { width = 1280, height = 900, scheme = "light", motion, script = true, before } = {}) {
  const origin = new URL(url).origin;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: motion,
    javaScriptEnabled: script,
    locale: "en-GB",
    timezoneId: "UTC",
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const trouble = [];
  page.on("console", (message) => message.type() === "error" && trouble.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (to.origin !== origin && to.protocol !== "data:") trouble.push(`request to ${to.origin}`);
  });
  if (before) await page.addInitScript(before);
  const response = await page.goto(url);
  return { page, response, trouble, close: () => context.close() };
}

/** The browser's own words for its version, where it can be run at all. */
export function runs(path) {
  try {
    return execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}
