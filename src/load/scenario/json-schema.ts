/**
 * The schema of scenario files as JSON Schema, for editors that complete and check them:
 * scenarios/scenario.schema.json.
 */
import { z } from "zod";
import { METRICS } from "../measure/metrics.js";
import { TAG_NAMES } from "../measure/tags.js";
import { scenarioSchema } from "./scenario-schema.js";

/** A metric with tags, such as `live_update_latency{behaviour:unaffected}`. */
const TAGGED_METRIC = `^(${Object.keys(METRICS).join("|")})\\{(${TAG_NAMES.join("|")}):[^{}]+\\}$`;

/**
 * Made from the schema that the loader uses. Draft 7, which editors know best. It says less than the loader: sums of
 * weights, the syntax of thresholds and the like are beyond it, so what it accepts may still be refused (`simulate
 * validate`).
 */
export function scenarioJsonSchema(): z.core.JSONSchema.JSONSchema {
  const { $schema, ...schema } = z.toJSONSchema(scenarioSchema, { target: "draft-07", io: "input" });
  const thresholds = schema.properties?.["thresholds"];
  const expressions = typeof thresholds === "object" ? thresholds.additionalProperties : undefined;
  if (typeof thresholds !== "object" || typeof expressions !== "object")
    throw new TypeError("the schema of scenarios has no thresholds");
  // A record to the loader, which finds the nearest name of a misspelt metric; to an editor, names to choose from.
  return {
    ...($schema !== undefined && { $schema }),
    title: "A scenario of crowdstorm",
    ...schema,
    properties: {
      ...schema.properties,
      thresholds: {
        ...thresholds,
        properties: Object.fromEntries(
          Object.entries(METRICS).map(([name, { type, unit, doc }]) => [
            name,
            { description: `${doc} (${type}, ${unit})`, allOf: [expressions] },
          ]),
        ),
        patternProperties: { [TAGGED_METRIC]: expressions },
        additionalProperties: false,
      },
    },
  };
}
