// How much processor time the predecessor takes to pass an image on.

import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";

let source = Buffer.alloc(0);

// Gives a function that measures, in milliseconds, and one that ends everything.
export async function passing() {
  const upstream = createServer((_, response) => {
    response.setHeader("Content-Type", "image/png");
    response.end(source);
  }).listen(0, "127.0.0.1");
  upstream.keepAliveTimeout = 0;
  await once(upstream, "listening");
  const child = fork(new URL("passing.mjs", import.meta.url));
  const [port] = await once(child, "message");
  const address = encodeURIComponent(`http://127.0.0.1:${upstream.address().port}/`);
  const one = async (image) => {
    source = image;
    const told = once(child, "message");
    const answer = await fetch(`http://127.0.0.1:${port}/proxy/${address}`);
    if ((await answer.arrayBuffer()).byteLength !== image.length) throw new Error("not all of it came");
    return (await told)[0];
  };
  const end = () => {
    child.kill();
    upstream.close();
    upstream.closeAllConnections();
  };
  return { one, end };
}
