/** The version of this package. */
import { readFileSync } from "node:fs";

const PACKAGE = new URL("../../package.json", import.meta.url);

let known: string | undefined;

/** The version of crowdstorm, from its package.json: `0.1.0`. Read when first asked for: few threads need it. */
export function packageVersion(): string {
  return (known ??= (JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string }).version);
}
