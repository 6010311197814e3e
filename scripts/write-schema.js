// Writes what is derived from the scenarios and committed beside them: the JSON Schema for editors and the catalogue for `simulate list`.
import { writeFileSync } from "node:fs";
import {
  SCENARIO_CATALOGUE,
  SCENARIO_SCHEMA,
  scenarioCatalogue,
  scenarioJsonSchema,
} from "../dist/load/scenario/index.js";

writeFileSync(SCENARIO_SCHEMA, `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
writeFileSync(SCENARIO_CATALOGUE, `${JSON.stringify(scenarioCatalogue(), null, 2)}\n`);
