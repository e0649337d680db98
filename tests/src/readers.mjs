// Reads an archive with the two JavaScript readers that tools for Foundry use, and prints what each
// of them finds: {"yauzl": {name: sha256, …}, "fflate": {…}}.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [packageJson, file] = process.argv.slice(-2);
const require = createRequire(packageJson);
const yauzl = require("yauzl");
const fflate = require("fflate");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const isFolder = (name) => name.endsWith("/");

function withYauzl() {
  return new Promise((resolve, reject) => {
    const found = {};
    yauzl.open(file, { lazyEntries: true, strictFileNames: true }, (error, archive) => {
      if (error) return reject(error);
      archive.on("error", reject);
      archive.on("end", () => resolve(found));
      archive.on("entry", (entry) => {
        if (isFolder(entry.fileName)) return archive.readEntry();
        if (entry.fileName in found) return reject(new Error(`twice: ${entry.fileName}`));
        archive.openReadStream(entry, (error, stream) => {
          if (error) return reject(error);
          const hash = createHash("sha256");
          stream.on("error", reject);
          stream.on("data", (piece) => hash.update(piece));
          stream.on("end", () => {
            found[entry.fileName] = hash.digest("hex");
            archive.readEntry();
          });
        });
      });
      archive.readEntry();
    });
  });
}

function withFflate() {
  const files = Object.entries(fflate.unzipSync(readFileSync(file)));
  const contents = files.filter(([name]) => !isFolder(name));
  return Object.fromEntries(contents.map(([name, bytes]) => [name, sha256(bytes)]));
}

console.log(JSON.stringify({ yauzl: await withYauzl(), fflate: withFflate() }));
