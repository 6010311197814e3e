/** The scenarios that come with the package. This file imports neither the parser nor the schema. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Their directory. The path is the same from `src` and from `dist`. */
const SHIPPED = fileURLToPath(new URL("../../../scenarios/", import.meta.url));
const EXTENSION = ".yaml";

/** The demonstration of `simulate sweep --demo`. It has a planted fault, so it is in no list of scenarios. */
export const DEMONSTRATION = "planted-race";

/** The path of the JSON Schema with which editors check scenario files. */
export const SCENARIO_SCHEMA = join(SHIPPED, "scenario.schema.json");

/** The path of the catalogue that `simulate list` shows without reading the scenarios. `npm run schema` writes it. */
export const SCENARIO_CATALOGUE = join(SHIPPED, "catalogue.json");

/** One scenario in the catalogue. */
export interface CatalogueEntry {
  readonly name: string;
  readonly description: string;
  readonly incident: string;
  readonly workers: number;
  /** How many of `workers` are kept at once, in a closed model; absent when all arrive at planned times. */
  readonly atOnce?: number;
  readonly arrivalsMs: number;
}

/**
 * The names of the scenarios that come with the package, sorted.
 *
 * @example
 * ```ts
 * import { shippedScenarios } from "crowdstorm";
 *
 * console.log(shippedScenarios().includes("disconnect-storm")); // true
 * ```
 */
export function shippedScenarios(): string[] {
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => basename(file, EXTENSION))
    .sort();
}

/** Whether a scenario of this name comes with the package, the demonstration included. */
export function isShipped(name: string): boolean {
  return name === DEMONSTRATION || shippedScenarios().includes(name);
}

/** The file of the scenario with this name. */
export function pathOfShipped(name: string): string {
  return join(SHIPPED, name === DEMONSTRATION ? "demo" : "", `${name}${EXTENSION}`);
}

export function readCatalogue(): readonly CatalogueEntry[] {
  return JSON.parse(readFileSync(SCENARIO_CATALOGUE, "utf8")) as CatalogueEntry[];
}
