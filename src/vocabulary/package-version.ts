/** The version of this package. */
import { readFileSync } from "node:fs";

const PACKAGE = new URL("../../package.json", import.meta.url);

/** The version of crowdstorm, from its package.json: `0.1.0`. */
export const { version: packageVersion } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string };
