// Publishes a small module through the functions, so that its manifest can be asked for.
//
//     node publish.mjs JSON
//
// JSON: { origin, token, id, text }: the manifest becomes about as long as the text.

import { strToU8, zipSync } from "fflate";

const { origin, token, id, text } = JSON.parse(process.argv[2]);
const manifest = {
  id,
  title: "What update checks are measured with",
  version: "1.0.0",
  compatibility: { minimum: "11", verified: "12" },
  description: "",
};
// What is served has its own addresses besides.
const rest = JSON.stringify(manifest, null, 2).length + 2 * origin.length + 120;
manifest.description = "x".repeat(Math.max(0, text.length - rest));
const zip = zipSync({ "module.json": strToU8(JSON.stringify(manifest)), "README.md": strToU8("Measured.\n") });
const answer = await fetch(`${origin}/admin/v1/packages/${id}/releases/1.0.0`, {
  method: "PUT",
  headers: { authorization: `Bearer ${token}`, "content-type": "application/zip" },
  body: zip,
});
if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
