// Values as words. Pure, so that Node can test them.

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** `22 Nov 2026`, in the reader's own time zone. */
export const day = (date) => DAY.format(date);

/** `120 KB`; decimal units, as browsers and GitHub show them. */
export function size(bytes) {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} KB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** The Foundry versions a package runs on, and the one it was tested with. */
export function compatibility({ minimum, verified, maximum }) {
  let range = null;
  if (minimum && maximum) range = minimum === maximum ? minimum : `${minimum} – ${maximum}`;
  else if (minimum) range = `${minimum} and up`;
  else if (maximum) range = `up to ${maximum}`;
  const tested = verified && verified !== range ? `tested on ${verified}` : null;
  return { range: range ?? (tested ? null : "not stated"), tested };
}

/** What stands on a package's token: the first character as a reader sees it. */
export function initial(title) {
  const first = Intl.Segmenter
    ? new Intl.Segmenter().segment(title)[Symbol.iterator]().next().value?.segment
    : Array.from(title)[0];
  return (first ?? "?").toUpperCase();
}

/** One of `count` colours, the same for a package on every visit. */
export function colour(id, count) {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + character.codePointAt(0)) >>> 0;
  return hash % count;
}
