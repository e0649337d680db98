// The states of the page that only a fake API can bring about.

import assert from "node:assert/strict";

import { clipboard, rowOf, visit } from "./any-site.mjs";
import { listing } from "./mock.mjs";
import { HARD, SIXTY, THREE, TOKENIZER } from "./samples.mjs";

const titles = (page) => page.locator(".package .title").allInnerTexts();
const count = (page, words) => page.locator("#count").getByText(words, { exact: true }).waitFor();
const DOWN = { status: 503, body: { type: "about:blank", title: "Unavailable", status: 503, detail: "The package store does not answer." } };

/** Sixty packages on two pages. */
const twoPages = (query) => (query.get("cursor") ? listing(SIXTY.slice(50)) : listing(SIXTY.slice(0, 50), "more"));

/** Checks by name; each sets what the API answers. */
export const STATES = {
  "what packages say is shown as text, never run": async (site) => {
    site.mock.answer = () => listing(HARD);
    await visit(site, {}, async (page) => {
      const evil = await rowOf(page, "evil");
      assert.equal(await evil.locator(".title").innerText(), "<img src=x onerror=document.title='owned'>");
      assert.match(await evil.locator(".description").innerText(), /^<script>/);
      assert.equal(await page.locator(".list img, .list script, .list b").count(), 0, "no element came of it");
      assert.notEqual(await page.title(), "owned");
      const links = await page.locator(".list a").evaluateAll((all) => all.filter((a) => a.href).map((a) => a.protocol));
      assert.deepEqual([...new Set(links)], ["https:"], "no javascript: or data: link");
      assert.equal(await page.locator(".package").count(), HARD.length - 1, "what has no install URL is left out");
      assert.equal((await titles(page)).filter((title) => /\u202E/.test(title)).length, 0, "no reversed text");
    });
  },

  "long names, other scripts and missing facts fit at 320 pixels": async (site) => {
    site.mock.answer = () => listing(HARD);
    await visit(site, { width: 320 }, async (page) => {
      const bare = await rowOf(page, "bare");
      assert.equal(await bare.locator(".foundry").innerText(), "not stated");
      assert.equal(await bare.locator(".released").innerText(), "unknown");
      assert.equal(await bare.locator("a:visible").count(), 0);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    });
  },

  "a beta beside the stable release has its own install URL": async (site) => {
    await visit(site, {}, async (page) => {
      const row = await rowOf(page, "tokenizer");
      assert.match(await row.innerText(), /4\.4\.0-beta\.1/);
      await row.getByRole("button", { name: "Copy beta URL of Tokenizer" }).click();
      await page.locator("#said").getByText("Copied beta URL of Tokenizer.").waitFor();
      assert.equal(await clipboard(page), "https://packages.example/packages/tokenizer/channels/beta/module.json");
      const only = await rowOf(page, "iron-and-salt");
      assert.equal(await only.locator(".tag").innerText(), "beta");
      assert.equal(await only.getByRole("button").count(), 1);
    });
  },

  "search, type, Foundry version and order narrow the list, and the address keeps them": async (site) => {
    await visit(site, {}, async (page) => {
      await rowOf(page, "tokenizer");
      assert.deepEqual(await titles(page), ["Iron & Salt", "Lanternfall", "Tokenizer"]);
      await page.getByLabel("Order").selectOption("new");
      assert.deepEqual(await titles(page), ["Tokenizer", "Iron & Salt", "Lanternfall"]);
      await page.getByLabel("Runs on").selectOption("12");
      assert.deepEqual(await titles(page), ["Tokenizer", "Lanternfall"]);
      await page.getByLabel("Search").fill("WELL vill");
      assert.deepEqual(await titles(page), ["Lanternfall"]);
      await count(page, "1 of 3 packages");
      await page.waitForURL(/\?q=WELL\+vill&core=12&sort=new$/);
      await page.reload();
      await count(page, "1 of 3 packages");
      assert.equal(await page.getByLabel("Search").inputValue(), "WELL vill");
      await page.getByLabel("Type").selectOption("system");
      await page.getByText("No package matches.").waitFor();
      await page.getByRole("button", { name: "Clear the filters" }).click();
      await count(page, "3 packages");
      assert.equal(await page.evaluate(() => document.activeElement.name), "q");
    });
  },

  "all pages are loaded": async (site) => {
    site.mock.answer = twoPages;
    await visit(site, {}, async (page) => {
      await count(page, "60 packages");
      assert.equal(await page.locator(".package").count(), 60);
    });
  },

  "while it loads, the page says so": async (site) => {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    site.mock.answer = async () => (await held, listing(THREE));
    await visit(site, { motion: "reduce" }, async (page) => {
      await count(page, "Loading packages…");
      assert.ok(await page.locator("#waiting").isVisible());
      assert.equal(await page.locator("#waiting i").first().evaluate((i) => getComputedStyle(i).animationName), "none");
      release();
      await count(page, "3 packages");
      assert.equal(await page.locator("#waiting").isVisible(), false);
    });
  },

  "with no package it tells an author how to publish the first": async (site) => {
    site.mock.answer = () => listing([]);
    await visit(site, {}, async (page) => {
      await page.getByText("No packages here yet.").waitFor();
      assert.equal(await page.locator(".publish li").count(), 3);
      assert.equal(await page.getByLabel("Search").isVisible(), false);
      await page.getByRole("button", { name: "Copy webhook URL" }).click();
      await page.locator("#said").getByText("Copied webhook URL.").waitFor();
      assert.equal(await clipboard(page), `${site.url}/webhooks/github`);
    });
  },

  "when the API is down it says why, and trying again helps": async (site) => {
    site.mock.answer = () => DOWN;
    await visit(site, { expect: /503/ }, async (page) => {
      await page.getByRole("alert").getByText("The package store does not answer. (503)").waitFor();
      assert.equal(await page.getByText("No packages here yet.").isVisible(), false, "down is not empty");
      site.mock.answer = () => listing([TOKENIZER]);
      await page.getByRole("button", { name: "Try again" }).press("Enter");
      await count(page, "1 package");
      assert.equal(await page.getByRole("alert").isVisible(), false);
    });
  },

  "an answer that is no list is a fault, not an empty site": async (site) => {
    for (const answer of [{ text: "<html>" }, { body: [] }, { body: { packages: null } }]) {
      site.mock.answer = () => answer;
      await visit(site, {}, (page) => page.getByRole("alert").getByText("The answer is not a list of packages.").waitFor());
    }
  },

  "when a later page fails, what came stays": async (site) => {
    site.mock.answer = (query) => (query.get("cursor") ? DOWN : twoPages(query));
    await visit(site, { expect: /503/ }, async (page) => {
      await page.getByRole("alert").waitFor();
      await count(page, "Only the first 50 packages are shown.");
      assert.equal(await page.locator(".package").count(), 50);
    });
  },

  "without a clipboard the address is shown, selected": async (site) => {
    const before = () => {
      Object.defineProperty(navigator, "clipboard", { value: undefined });
      document.execCommand = () => false;
    };
    await visit(site, { before }, async (page) => {
      const row = await rowOf(page, "tokenizer");
      await row.getByRole("button", { name: "Copy install URL" }).click();
      await page.locator("#said").getByText("is selected").waitFor();
      assert.equal(await page.evaluate(() => getSelection().toString()), TOKENIZER.manifest);
      assert.equal(await row.getByLabel("Address to copy").inputValue(), TOKENIZER.manifest);
    });
  },

  "a search keeps working while later pages arrive": async (site) => {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    site.mock.answer = async (query) => (query.get("cursor") && (await held), twoPages(query));
    await visit(site, {}, async (page) => {
      await count(page, "50+ packages");
      const button = page.locator(".package").nth(3).getByRole("button").first();
      await button.focus();
      const name = await page.evaluate(() => document.activeElement.textContent);
      release();
      await count(page, "60 packages");
      assert.equal(await page.evaluate(() => document.activeElement.textContent), name, "the focus stays where it was");
    });
  },
};
