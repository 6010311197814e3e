/** What is said of optional packages that are not installed. */
import { textOf } from "./foreign.js";
import { projectFolder } from "./package-version.js";

/**
 * What to do when `import()` failed with `error` because optional packages are not installed; undefined for any other
 * error. `needs`: "simulate worker needs BullMQ".
 */
export function installRemedy(error: unknown, needs: string, packages: readonly string[]): string | undefined {
  const code = textOf(error, "code");
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return undefined;
  return `${needs}: run \`npm install ${packages.join(" ")}\` in ${projectFolder()}`;
}
