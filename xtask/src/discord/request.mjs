// One request to a server: read from standard input, answered to standard
// output, both as JSON. Secrets are in the input, for arguments are seen by
// everybody on the machine.

const PATIENCE = 30_000;

let input = "";
for await (const piece of process.stdin) input += piece;
const { method, url, headers, body } = JSON.parse(input);

try {
  const answer = await fetch(url, {
    method,
    headers,
    body,
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const text = await answer.text();
  process.stdout.write(JSON.stringify({ status: answer.status, text }));
} catch (error) {
  const cause = error.cause?.code ?? error.cause?.message ?? error.name;
  process.stdout.write(JSON.stringify({ failure: String(cause) }));
}
