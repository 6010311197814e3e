// npm runs this after an install in a clone, and for a dependency that is a git repository: it builds. Not where the
// packages that it takes are left out (npm ci --omit=dev), and not for npm pack and npm publish, whose prepack has
// built.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const { npm_command: command = "", npm_execpath: npm } = process.env;
if (!["pack", "publish"].includes(command)) {
  if (existsSync(new URL("../node_modules/typescript", import.meta.url))) {
    const [program, ...args] = npm === undefined ? ["npm"] : [process.execPath, npm];
    process.exitCode = spawnSync(program, [...args, "run", "build"], { stdio: "inherit" }).status ?? 1;
  } else
    console.log("not built: the packages for development are left out; scripts/install-program.sh builds without them");
}
