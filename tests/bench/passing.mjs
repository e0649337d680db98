// The predecessor: an Express server that passes images on as they are. A process of its own, so that
// its processor time is known; it tells that time after each request.

import { Readable } from "node:stream";
import express from "express";

const app = express();
app.get("/proxy/:url", async (request, response) => {
  const image = await fetch(request.params.url);
  response.set("Content-Type", image.headers.get("content-type") ?? "application/octet-stream");
  response.set("Access-Control-Allow-Origin", "*");
  const before = process.cpuUsage();
  const body = Readable.fromWeb(image.body);
  body.pipe(response);
  response.on("close", () => {
    const { user, system } = process.cpuUsage(before);
    process.send((user + system) / 1000);
  });
});
const server = app.listen(0, "127.0.0.1", () => process.send(server.address().port));
// Others are measured in between: connections wait for the next request.
server.keepAliveTimeout = 0;
