/** `simulate schema KIND`: prints the JSON Schema of a file. */
import { readFileSync } from "node:fs";
import { SCENARIO_SCHEMA } from "../../load/scenario/shipped-scenarios.js";
import { SUMMARY_SCHEMA } from "../../results/index.js";
import { printText } from "../shared/print.js";
import type { SchemaArguments } from "../shared/schema-kinds.js";

const FILES: Readonly<Record<SchemaArguments["kind"], string>> = {
  scenario: SCENARIO_SCHEMA,
  summary: SUMMARY_SCHEMA,
};

export function handler({ kind }: SchemaArguments): void {
  printText(readFileSync(FILES[kind], "utf8"));
}
