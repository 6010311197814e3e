// Writes what is derived from sources and committed: the JSON Schemas of scenarios and summaries, and the catalogue for
// `simulate list`.
import { writeFileSync } from "node:fs";
import {
  SCENARIO_CATALOGUE,
  SCENARIO_SCHEMA,
  scenarioCatalogue,
  scenarioJsonSchema,
} from "../dist/load/scenario/index.js";
import { SUMMARY_SCHEMA, summaryJsonSchema } from "../dist/results/index.js";

writeFileSync(SCENARIO_SCHEMA, `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
writeFileSync(SUMMARY_SCHEMA, `${JSON.stringify(summaryJsonSchema(), null, 2)}\n`);
writeFileSync(SCENARIO_CATALOGUE, `${JSON.stringify(scenarioCatalogue(), null, 2)}\n`);
