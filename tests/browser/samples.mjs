// Packages as the API may list them: ordinary, long-named, foreign-scripted, hostile.

const HOST = "https://packages.example";

/** One package of the API; `over` replaces fields. */
export function sample(id, over = {}) {
  const { type = "module", version = "4.3.2" } = over;
  return {
    id,
    type,
    title: id,
    version,
    channel: "stable",
    published_at: "2026-11-22T10:00:00.000Z",
    compatibility: { minimum: "12", verified: "13", maximum: null },
    manifest: `${HOST}/packages/${id}/${type}.json`,
    download: `${HOST}/packages/${id}/releases/${version}/${id}.zip`,
    size: 123456,
    notes: `https://github.com/example/${id}/releases/tag/v${version}`,
    channels: { stable: version },
    ...over,
  };
}

export const TOKENIZER = sample("tokenizer", {
  title: "Tokenizer",
  description: "Makes tokens of portraits: frames, masks and layers, right on the actor’s sheet.",
  url: "https://github.com/example/tokenizer",
  channels: { stable: "4.3.2", beta: "4.4.0-beta.1" },
});

export const THREE = [
  TOKENIZER,
  sample("iron-and-salt", {
    title: "Iron & Salt",
    type: "system",
    version: "0.9.0-beta.2",
    channel: "beta",
    description: "A quiet game of merchants on a dying sea.",
    published_at: "2026-10-02T08:00:00.000Z",
    compatibility: { minimum: "13", verified: "14", maximum: "14" },
    manifest: `${HOST}/packages/iron-and-salt/channels/beta/system.json`,
    channels: { beta: "0.9.0-beta.2" },
  }),
  sample("lanternfall", {
    title: "Lanternfall",
    type: "world",
    version: "1.0.0",
    description: "A village, a well, and what sings in it.",
    published_at: "2026-03-01T08:00:00.000Z",
    compatibility: { minimum: "11", verified: "11", maximum: null },
    notes: undefined,
    size: 98765432,
  }),
];

/** What breaks layouts and, in a careless page, more than that. */
export const HARD = [
  sample("evil", {
    title: "<img src=x onerror=document.title='owned'>",
    description: "<script>document.title='owned'</script><b>bold</b>",
    url: "javascript:document.title='owned'",
    notes: "data:text/html,<script>1</script>",
  }),
  sample("a".repeat(90), { title: "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverwaltung ".repeat(2), version: "2026.11.22-alpha.beta.gamma.1234567890" }),
  sample("hebrew", { title: "מפות של מבוכים (v2)", description: "אוסף מפות למשחקי תפקידים." }),
  sample("arabic", { title: "رموز الأبطال", description: "مجموعة رموز للاعبين." }),
  sample("japanese", { title: "冒険者の宿とダンジョン地図集", description: "卓上ゲームのための地図。" }),
  sample("emoji", { title: "👩‍👩‍👧‍👦 Party Tracker 🎲", type: "system" }),
  sample("override", { title: "safe\u202Eexe.elbat" }),
  sample("bare", { compatibility: {}, published_at: "never", notes: undefined, download: undefined, size: undefined, version: "1" }),
  sample("no-manifest", { manifest: "javascript:1", title: "Cannot be installed" }),
];

const WORDS = ["Ash", "Bramble", "Cinder", "Dusk", "Ember", "Fen", "Gloom", "Hearth", "Iron", "Juniper"];
const THINGS = ["Maps", "Tokens", "Journal", "Dice", "Weather", "Music"];

/** Sixty, enough for a second page. */
export const SIXTY = WORDS.flatMap((word, i) =>
  THINGS.map((thing, j) =>
    sample(`${word}-${thing}`.toLowerCase(), {
      title: `${word} ${thing}`,
      type: ["module", "module", "module", "system", "world"][(i + j) % 5],
      description: `${thing} for tables that like ${word.toLowerCase()}.`,
      version: `${j}.${i}.0`,
      published_at: new Date(Date.UTC(2026, (i + j) % 11, 1 + i + j)).toISOString(),
      compatibility: { minimum: String(10 + (i % 4)), verified: String(11 + (i % 4)), maximum: null },
      channels: i % 4 ? { stable: `${j}.${i}.0` } : { stable: `${j}.${i}.0`, beta: `${j + 1}.0.0-beta.1` },
    }),
  ),
);
