// The packages as the JSON API answers them, read with distrust: titles, descriptions and addresses
// come from other people's repositories. Nothing in this file touches the page.

const PAGE_SIZE = 50;

/** Ends a listing whose cursors never do. */
const MOST_PAGES = 200;

/** An answer that is no list of packages; `message` may be shown to the reader. */
export class CatalogueError extends Error {}

/** Calls `onPackages(packages)` after every page; `signal` stops the listing. */
export async function loadPackages(onPackages, signal, address = "/api/v1/packages") {
  const packages = [];
  let cursor = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await readPage(address, cursor, signal);
    packages.push(...answer.packages.map(readPackage).filter(Boolean));
    cursor = answer.next;
    onPackages([...packages], !cursor);
    if (!cursor) return;
  }
  throw new CatalogueError("The list does not end.");
}

async function readPage(address, cursor, signal) {
  const query = new URLSearchParams({ limit: PAGE_SIZE });
  if (cursor) query.set("cursor", cursor);
  let response;
  try {
    response = await fetch(`${address}?${query}`, { signal, headers: { accept: "application/json" } });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new CatalogueError("The server cannot be reached.");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new CatalogueError(describeProblem(response.status, answer));
  if (!Array.isArray(answer?.packages)) throw new CatalogueError("The answer is not a list of packages.");
  return { packages: answer.packages, next: text(answer.next) };
}

/** The words of a problem+json, or the bare status where there are none. */
export function describeProblem(status, problem) {
  const words = text(problem?.detail) ?? text(problem?.title);
  return words ? `${words.slice(0, 300)} (${status})` : `The server answered ${status}.`;
}

/** One package with every field checked, or null for what cannot be installed. */
export function readPackage(raw) {
  const id = text(raw?.id);
  const manifest = webAddress(raw?.manifest);
  if (!id || !manifest) return null;
  const channel = text(raw.channel) ?? "stable";
  return {
    id,
    type: text(raw.type) ?? "module",
    title: text(raw.title) ?? id,
    description: text(raw.description),
    page: webAddress(raw.url),
    version: text(raw.version) ?? "?",
    channel,
    published: moment(raw.published_at),
    compatibility: {
      minimum: text(raw.compatibility?.minimum),
      verified: text(raw.compatibility?.verified),
      maximum: text(raw.compatibility?.maximum),
    },
    manifest,
    download: webAddress(raw.download),
    size: Number.isFinite(raw.size) && raw.size > 0 ? raw.size : null,
    notes: webAddress(raw.notes),
    others: otherChannels(raw.channels, channel, manifest),
  };
}

/** The channels beside the package's own, each with the manifest URL that follows it. */
function otherChannels(channels, own, manifest) {
  if (typeof channels !== "object" || channels === null) return [];
  const root = manifest.match(/^(.*\/packages\/[^/]+)\/(?:channels\/[^/]+\/)?([^/]+\.json)$/);
  if (!root) return [];
  return Object.entries(channels)
    .filter(([name, version]) => name !== own && /^[\w-]+$/.test(name) && text(version))
    .map(([name, version]) => ({ name, version, manifest: `${root[1]}/channels/${name}/${root[2]}` }));
}

/** Control characters, and the marks that make text read in another order than it is written. */
const UNSEEN = /[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu;

function text(value) {
  if (typeof value === "number") return String(value);
  return (typeof value === "string" && value.replace(UNSEEN, " ").trim()) || null;
}

/** `javascript:` and its like are no addresses. */
function webAddress(value) {
  try {
    const url = new URL(text(value) ?? "");
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function moment(value) {
  const date = new Date(text(value) ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}
