// Signatures by others: tweetnacl signs as Discord does, and tweetnacl and
// Discord's own library check what this project's tests sign with.
//
// Standard input is {seed, sign: [{timestamp, body}], check: [{timestamp, body,
// signature, key}]}, bytes in hex; printed is {key, signatures, checks}.

import { verifyKey } from "discord-interactions";
import nacl from "tweetnacl";

let input = "";
for await (const piece of process.stdin) input += piece;
const { seed, sign, check } = JSON.parse(input);

const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const message = ({ timestamp, body }) =>
  Uint8Array.from(Buffer.concat([Buffer.from(timestamp), Buffer.from(body)]));

const pair = nacl.sign.keyPair.fromSeed(bytes(seed));
const signatures = sign.map((one) =>
  hex(nacl.sign.detached(message(one), pair.secretKey)),
);
const checks = [];
for (const one of check) {
  const { timestamp, body, signature, key } = one;
  checks.push({
    tweetnacl: nacl.sign.detached.verify(
      message(one),
      bytes(signature),
      bytes(key),
    ),
    discord: await verifyKey(body, signature, timestamp, key),
  });
}
console.log(JSON.stringify({ key: hex(pair.publicKey), signatures, checks }));
