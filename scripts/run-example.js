// npm run example NAME: compiles the examples and runs one of them. A package that uses crowdstorm needs none of this.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [name = ""] = process.argv.slice(2);

if (existsSync(at(`examples/${name}.ts`))) {
  execFileSync(process.execPath, [at("node_modules/typescript/bin/tsc"), "-p", at("examples")], { stdio: "inherit" });
  await import(`../test-build/example-programs/${name}.js`);
} else {
  console.error(`there is no example "${name}" in examples/`);
  process.exitCode = 2;
}
