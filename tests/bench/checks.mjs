// Update checks per second, and processor time per check: ours next to servers that answer a constant.
//
//     node checks.mjs JSON
//
// JSON: { rounds, seconds, text, servers: [{ name, url, pid, only? }] }. Beside those that run already,
// Express is started here. All are measured in turns, round by round, so that whatever else the machine
// does falls on all of them; the ratios count. `wrk -t1 -c16` asks where it is installed, else a
// client in this process, which takes part of the machine for itself.

import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { once } from "node:events";

import { freePort } from "./port.mjs";

const { rounds, seconds, text, servers } = JSON.parse(process.argv[2]);
const CONNECTIONS = 16;
/** Hundredths of a second, on every Linux. */
const TICK = 0.01;

const hasWrk = spawnSync("wrk", ["-v"]).error === undefined;

async function express() {
  const port = await freePort();
  const script = new URL("express.mjs", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, String(port), text], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return { name: "Express, a constant", url: `http://127.0.0.1:${port}/`, pid: child.pid, child };
}

/** Every process by id: its parent, name, and processor time in seconds. */
function processes() {
  const all = new Map();
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${id}/stat`, "utf8");
      const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
      const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      all.set(Number(id), { parent: Number(rest[1]), name, spent: (Number(rest[11]) + Number(rest[12])) * TICK });
    } catch {
      // It has ended meanwhile.
    }
  }
  return all;
}

/** Processor time of a server and what it has started; only of what is called `only`, if that is given. */
function spent({ pid, only }) {
  let all;
  try {
    all = processes();
  } catch {
    return NaN;
  }
  const isOf = (id) => id === pid || (all.has(id) && isOf(all.get(id).parent));
  let sum = 0;
  for (const [id, { name, spent }] of all) {
    if (isOf(id) && (!only || name === only)) sum += spent;
  }
  return sum;
}

/** Checks per second of `wrk`. */
async function byWrk(url, seconds) {
  const child = spawn("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, url], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (piece) => (printed += piece));
  await once(child, "close");
  if (/Non-2xx|Socket errors/.test(printed)) throw new Error(`${url}: ${printed}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(printed)[1]);
}

/** The same from here: as many connections, one request at a time on each. */
async function byHand(url, seconds) {
  const { hostname, port, pathname } = new URL(url);
  const request = `GET ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`;
  const until = performance.now() + seconds * 1000;
  let answers = 0;
  const one = () =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(request));
      let held = Buffer.alloc(0);
      socket.on("error", reject);
      socket.on("data", (piece) => {
        held = held.length ? Buffer.concat([held, piece]) : piece;
        const end = held.indexOf("\r\n\r\n");
        if (end < 0) return;
        const head = held.toString("latin1", 0, end).toLowerCase();
        if (!head.startsWith("http/1.1 200")) return reject(new Error(`${url}: ${head.split("\r\n")[0]}`));
        const length = /content-length: (\d+)/.exec(head);
        const isWhole = length
          ? held.length >= end + 4 + Number(length[1])
          : held.subarray(-5).equals(Buffer.from("0\r\n\r\n"));
        if (!isWhole) return;
        answers += 1;
        held = Buffer.alloc(0);
        if (performance.now() < until) return socket.write(request);
        socket.destroy();
        resolve();
      });
    });
  const started = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return (answers * 1000) / (performance.now() - started);
}

async function measure(server, seconds) {
  const before = spent(server);
  const started = performance.now();
  const rate = await (hasWrk ? byWrk : byHand)(server.url, seconds);
  const took = (performance.now() - started) / 1000;
  return { rate, cpu: ((spent(server) - before) / (rate * took)) * 1e6 };
}

const median = (all) => [...all].sort((a, b) => a - b)[all.length >> 1];

const reference = await express();
try {
  const all = [reference, ...servers];
  const seen = new Map(all.map((server) => [server, []]));
  // The first is for compilers and copies.
  for (const server of all) await measure(server, Math.min(seconds, 2));
  for (let round = 0; round < rounds; round += 1) {
    for (const server of all) seen.get(server).push(await measure(server, seconds));
  }
  const rows = {};
  for (const server of all) {
    // Ratios round by round: what disturbed one round disturbed both.
    const ratio = (of) => median(seen.get(server).map((one, round) => of(one) / of(seen.get(reference)[round])));
    const value = (of) => median(seen.get(server).map(of));
    rows[server.name] = {
      "checks/s": Math.round(value((one) => one.rate)),
      "of Express": ratio((one) => one.rate).toFixed(2),
      "CPU µs": Math.round(value((one) => one.cpu)),
      "CPU of Express": ratio((one) => one.cpu).toFixed(2),
    };
  }
  const means = hasWrk ? `wrk -t1 -c${CONNECTIONS}` : `${CONNECTIONS} connections from Node, since wrk is not installed`;
  console.log(`Update checks: ${rounds} rounds of ${seconds} s each, ${means}; ${text.length} bytes of JSON`);
  console.table(rows);
} finally {
  reference.child.kill();
}
