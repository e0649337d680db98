// Which packages are shown, and in what order. Pure, so that Node can test it.

/** The settings of the tools: search text, type, Foundry generation, order. */
export const SETTINGS = ["q", "type", "core", "sort"];

const TITLES = new Intl.Collator("en", { sensitivity: "base", numeric: true });

export function select(packages, { q = "", type = "", core = "", sort = "" }) {
  const words = fold(q).split(/\s+/).filter(Boolean);
  return packages
    .filter((each) => !type || each.type === type)
    .filter((each) => !core || runsOn(each.compatibility, Number(core)))
    .filter((each) => words.every((word) => searchable(each).includes(word)))
    .sort(sort === "new" ? byDate : byTitle);
}

/** Foundry's generations that packages name, newest first; older ones were numbered 0.x. */
export function generations(packages) {
  const named = packages
    .flatMap(({ compatibility }) => Object.values(compatibility))
    .map(generation)
    .filter((number) => number >= 9 && number < 100);
  return [...new Set(named)].sort((a, b) => b - a);
}

function runsOn({ minimum, maximum }, core) {
  return !(generation(minimum) > core) && !(generation(maximum) < core);
}

/** `13` of `13.345`; NaN, of which no comparison holds, where nothing is stated. */
const generation = (version) => Number.parseInt(version, 10);

const byTitle = (a, b) => TITLES.compare(a.title, b.title) || TITLES.compare(a.id, b.id);
const byDate = (a, b) => (b.published ?? 0) - (a.published ?? 0) || byTitle(a, b);

const searchable = (each) => fold(`${each.title} ${each.id} ${each.description ?? ""}`);

/** Case and accents do not count. */
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
