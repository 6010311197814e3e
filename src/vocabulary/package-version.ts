/** The version of this package. */
import { createRequire } from "node:module";

/** The version of crowdstorm, from its package.json: `0.1.0`. */
export const { version: packageVersion } = createRequire(import.meta.url)("../../package.json") as { version: string };
