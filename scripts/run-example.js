// npm run example NAME: compiles the examples and runs one of them. A package that uses crowdstorm needs none of this.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [name = ""] = process.argv.slice(2);

if (existsSync(at(`examples/${name}.ts`))) {
  execFileSync(process.execPath, [at("node_modules/typescript/bin/tsc"), "-p", at("examples")], { stdio: "inherit" });
  const path = `test-build/example-programs/${name}.js`;
  const exported = Object.keys(await import(`../${path}`));
  // What exports something does nothing by itself: it is for the explorer.
  if (exported.length > 0)
    process.exitCode =
      spawnSync(process.execPath, [at("dist/cli/main.js"), "explore", at(path)], { stdio: "inherit" }).status ?? 1;
} else {
  console.error(`there is no example "${name}" in examples/`);
  process.exitCode = 2;
}
