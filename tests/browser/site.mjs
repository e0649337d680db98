// Looks at the website as a visitor does, in headless Chromium.
//
//   node tests/browser/site.mjs http://127.0.0.1:8787   a running site with at least one package
//   node tests/browser/site.mjs --mock                  static/ with a fake API, in all its states
//
// CHROMIUM_BIN names the browser, else it is looked for on PATH. Prints a line per check and
// `N passed, N failed`; exits with 1 where any failed, with 2 where it cannot run at all.

import { findChromium, runs, startBrowser } from "./browser.mjs";
import { ANY_SITE } from "./any-site.mjs";
import { STATES } from "./states.mjs";
import { startMock } from "./mock.mjs";

async function main([target]) {
  if (!target) return cannotRun("Name the site's URL, or --mock.");
  const path = findChromium();
  if (!path) return cannotRun("No Chromium on PATH. Install one (Debian: apt-get install chromium), or name it by CHROMIUM_BIN.");
  if (!runs(path)) return cannotRun(`${path} does not run. Name a working Chromium by CHROMIUM_BIN.`);
  const browser = await startBrowser(path);
  const failed = target === "--mock" ? await withMock(browser) : await check(ANY_SITE, { browser, url: target.replace(/\/$/, "") });
  await browser.stop();
  process.exitCode = failed ? 1 : 0;
}

async function withMock(browser) {
  const mock = await startMock();
  const failed = await check({ ...ANY_SITE, ...STATES }, { browser, mock, url: mock.url });
  mock.stop();
  return failed;
}

/** Runs every check, each with a fresh visitor, and tells how many failed. */
async function check(checks, site) {
  let failed = 0;
  for (const [name, run] of Object.entries(checks)) {
    site.mock?.reset();
    try {
      await run(site);
      console.log(`ok    ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name}\n      ${error.message.replaceAll("\n", "\n      ")}`);
    }
  }
  console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed (Chromium ${site.browser.version})`);
  return failed;
}

function cannotRun(why) {
  console.error(why);
  process.exitCode = 2;
}

await main(process.argv.slice(2));
