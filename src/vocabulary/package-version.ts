/** The version of this package, and the folder in which it finds other packages. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PACKAGE = new URL("../../package.json", import.meta.url);

let known: string | undefined;

/** The version of crowdstorm, from its package.json: `0.1.0`. Read when first asked for: few threads need it. */
export function packageVersion(): string {
  return (known ??= (JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string }).version);
}

/**
 * The folder in whose node_modules the packages are: of the clone, or of the project that has this package installed.
 */
export function projectFolder(): string {
  return fileURLToPath(new URL(".", PACKAGE))
    .replace(/[/\\]$/, "")
    .replace(/[/\\]node_modules[/\\]crowdstorm$/, "");
}
