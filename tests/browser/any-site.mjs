// What holds of every site with at least one package, whatever serves it.

import assert from "node:assert/strict";

import { unreadable } from "./contrast.mjs";

/** The first package of the API, which the page must show. */
async function firstPackage(url) {
  const response = await fetch(`${url}/api/v1/packages?limit=1`);
  assert.equal(response.status, 200, "the API answers");
  const { packages } = await response.json();
  assert.ok(packages?.length, "at least one package is published");
  return packages[0];
}

/** The page with `wanted` at its top, however many others there are. */
const searchFor = (wanted) => `/?q=${encodeURIComponent(wanted.id)}`;

/** The row of the package `id`, once it is there. */
export async function rowOf(page, id) {
  const row = page.locator(".package").filter({ has: page.locator(".id").getByText(id, { exact: true }) });
  await row.first().waitFor();
  return row.first();
}

export const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

/** Visits, runs `look`, and fails on whatever a visitor's console would show. */
export async function visit({ browser, url }, options, look, path = "/") {
  const visitor = await browser.open(url + path, options);
  try {
    await look(visitor.page, visitor.response);
    const trouble = visitor.trouble.filter((each) => !options.expect?.test(each));
    assert.deepEqual(trouble, [], "nothing in the console, nothing asked of other hosts");
  } finally {
    await visitor.close();
  }
}

/** How far a page scrolls sideways, in pixels. */
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** What has the focus, and whether a reader sees that it has. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return {
      name: element.name || element.textContent.trim(),
      tag: element.localName,
      outlined: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2,
      inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
  });

/** Checks by name; each takes the site and throws where it is not so. */
export const ANY_SITE = {
  "a package is listed with what the API says of it": async (site) => {
    const wanted = await firstPackage(site.url);
    await visit(site, {}, async (page) => {
      const row = await rowOf(page, wanted.id);
      assert.equal(await row.locator(".title").innerText(), wanted.title.trim().replace(/\s+/g, " "));
      assert.equal((await row.locator(".version").innerText()).split(/\s/)[0], wanted.version);
      assert.equal(await row.locator("time").getAttribute("datetime"), new Date(wanted.published_at).toISOString());
      for (const stated of Object.values(wanted.compatibility).filter(Boolean)) {
        assert.ok((await row.locator(".foundry").innerText()).includes(String(stated)), `Foundry ${stated} is named`);
      }
      assert.match(await page.locator("#count").innerText(), /^(\d+ of )?\d+\+? packages?$/);
    }, searchFor(wanted));
  },

  "the button copies the install URL and says so": async (site) => {
    const wanted = await firstPackage(site.url);
    await visit(site, {}, async (page) => {
      const row = await rowOf(page, wanted.id);
      const button = row.getByRole("button", { name: `Copy install URL of ${wanted.title}` });
      await button.click();
      await button.locator(".done").waitFor();
      await page.locator("#said").getByText(`Copied install URL of ${wanted.title}.`).waitFor();
      assert.equal(await clipboard(page), wanted.manifest);
    }, searchFor(wanted));
  },

  "everything works by keyboard, and the focus is always seen": async (site) => {
    const wanted = await firstPackage(site.url);
    await visit(site, {}, async (page) => {
      const row = await rowOf(page, wanted.id);
      const install = row.getByRole("button", { name: "Copy install URL" });
      const stops = [];
      for (let i = 0; i < 400; i += 1) {
        await page.keyboard.press("Tab");
        const at = await focused(page);
        assert.ok(at.outlined && at.inside, `the focus is visible on ${at.tag} ${at.name}`);
        stops.push(at.name);
        if (await install.evaluate((element) => element === document.activeElement)) break;
      }
      assert.deepEqual(stops.slice(0, 5), ["Skip to the packages", "q", "type", "core", "sort"]);
      await page.keyboard.press("Enter");
      await page.locator("#said").getByText("Copied").waitFor();
      assert.equal(await clipboard(page), wanted.manifest);
    }, searchFor(wanted));
  },

  "no sideways scrolling from 320 pixels up": async (site) => {
    for (const width of [320, 360, 768, 1280]) {
      await visit(site, { width }, async (page) => {
        await page.locator(".package").first().waitFor();
        assert.ok((await sideways(page)) <= 0, `at ${width} pixels`);
      });
    }
  },

  "all text has AA contrast, in light and dark": async (site) => {
    for (const scheme of ["light", "dark"]) {
      await visit(site, { scheme }, async (page) => {
        await page.locator(".package").first().waitFor();
        assert.deepEqual(await page.evaluate(unreadable), [], scheme);
      });
    }
  },

  "the security headers are there": async (site) => {
    for (const path of ["/", "/site/style.css", "/no/such/page"]) {
      const { headers } = await fetch(site.url + path);
      const policy = headers.get("content-security-policy") ?? "";
      for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]) {
        assert.ok(policy.split("; ").includes(part), `${path}: ${part} in "${policy}"`);
      }
      assert.doesNotMatch(policy, /unsafe|\*/, path);
      assert.equal(headers.get("x-content-type-options"), "nosniff", path);
      assert.ok(headers.get("referrer-policy"), path);
    }
  },

  "the whole page is under 40 KB": async (site) => {
    let bytes = 0;
    await visit(site, {}, async (page) => {
      await page.locator(".package").first().waitFor();
      const paths = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
      const files = new Set(["/", ...paths.filter((path) => !path.startsWith("/api/"))]);
      assert.ok(files.has("/site/app.js") && files.has("/site/style.css"), "scripts and styles are counted");
      for (const file of files) bytes += (await (await fetch(site.url + file)).arrayBuffer()).byteLength;
    });
    assert.ok(bytes < 40_000, `${bytes} bytes before compression`);
  },

  "an unknown address gets a page that leads back": async (site) => {
    const expect = /404/;
    await visit(site, { expect }, async (page, response) => {
      assert.equal(response.status(), 404);
      await page.getByRole("link", { name: "To the packages" }).click();
      await page.locator(".package").first().waitFor();
    }, "/no/such/page");
  },

  "without JavaScript the page still says how to install and publish": async (site) => {
    await visit(site, { script: false }, async (page) => {
      assert.match(await page.locator("noscript p").innerText(), /needs JavaScript/);
      assert.ok(await page.locator("noscript p").isVisible());
      assert.ok(await page.getByRole("heading", { name: "Publish from GitHub in three steps" }).isVisible());
      assert.equal(await page.locator("#waiting").isVisible(), false, "nothing pretends to load");
    });
  },
};
