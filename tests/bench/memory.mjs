// What one engine holds for one case, in a process of its own: the file comes on standard input, and
// the bytes of memory go out.
//
//     node memory.mjs photon|jsquash|sharp WIDTH TARGET QUALITY

import { readFileSync } from "node:fs";
import { held, jsquash, libvips, photon } from "./engines.mjs";

const [name, width, target, quality] = process.argv.slice(2);
const engine = name === "sharp" ? libvips : await { photon, jsquash }[name]();
const source = readFileSync(0);
// Of what is not WebAssembly there is only the most that the process ever had, beyond what it has now.
const before = process.memoryUsage.rss();
await engine.run(source, Number(width), target, Number(quality));
const most = process.resourceUsage().maxRSS * 1024;
console.log(name === "sharp" ? Math.max(0, most - before) : held());
