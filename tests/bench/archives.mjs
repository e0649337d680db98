// Archives of many files that do not get smaller, written to a file without holding them in memory.

import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { crc32 } from "node:zlib";
import { Buffer } from "node:buffer";

/** Bytes that look random, the same on every run. */
function noise(length) {
  const bytes = Buffer.alloc(length);
  let seed = 7;
  for (let at = 0; at + 4 <= length; at += 4) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    bytes.writeUInt32LE(seed, at);
  }
  return bytes;
}

function header(signature, fields) {
  const bytes = Buffer.alloc(4 + fields.reduce((sum, [size]) => sum + size, 0));
  bytes.writeUInt32LE(signature, 0);
  let at = 4;
  for (const [size, value] of fields) {
    bytes.writeUIntLE(value, at, size);
    at += size;
  }
  return bytes;
}

/** Writes a module's archive of about `bytes` bytes in `entries` files to `path`; gives its length. */
export async function write(path, id, version, bytes, entries) {
  const manifest = JSON.stringify({
    id,
    title: `An archive of ${bytes} bytes in ${entries} files`,
    version,
    compatibility: { minimum: "11", verified: "12" },
  });
  const content = noise(Math.ceil(bytes / entries));
  const crc = crc32(content);
  const file = createWriteStream(path);
  const directory = [];
  let offset = 0;
  const put = async (piece) => {
    offset += piece.length;
    if (!file.write(piece)) await once(file, "drain");
  };
  const add = async (name, data, sum) => {
    const label = Buffer.from(name);
    // Version, flags, method (stored), time, date, checksum, both sizes, length of the name, no extra.
    const facts = [[2, 20], [2, 0], [2, 0], [2, 0], [2, 0x5b77], [4, sum], [4, data.length], [4, data.length], [2, label.length], [2, 0]];
    directory.push(
      header(0x02014b50, [[2, 20], ...facts, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]),
      label,
    );
    await put(header(0x04034b50, facts));
    await put(label);
    await put(data);
  };
  const text = Buffer.from(manifest);
  await add("module.json", text, crc32(text));
  for (let number = 0; number < entries; number += 1) await add(`maps/folder-${number % 100}/map-${number}.webp`, content, crc);
  const start = offset;
  for (const piece of directory) await put(piece);
  const count = entries + 1;
  await put(header(0x06054b50, [[2, 0], [2, 0], [2, count], [2, count], [4, offset - start], [4, start], [2, 0]]));
  file.end();
  await once(file, "close");
  return offset;
}
