// The server that update checks are compared with: Express, answering the same JSON from memory.
//
//     node express.mjs PORT JSON

import express from "express";

const [port, text] = process.argv.slice(2);
const app = express();
app.disable("x-powered-by");
app.get("/{*any}", (_, response) => {
  response.set("content-type", "application/json; charset=utf-8");
  response.set("access-control-allow-origin", "*");
  response.set("cache-control", "public, max-age=60");
  // Its entity tag is there already, so that Express digests nothing.
  response.set("etag", '"0123456789abcdef0123456789abcdef"');
  response.send(text);
});
app.listen(Number(port), "127.0.0.1", () => console.log("ready"));
