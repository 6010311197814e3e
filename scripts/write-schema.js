// Writes the JSON Schema of scenario files, which is committed: editors find it beside the scenarios.
import { writeFileSync } from "node:fs";
import { SCENARIO_SCHEMA, scenarioJsonSchema } from "../dist/load/scenario/index.js";

writeFileSync(SCENARIO_SCHEMA, `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
