/** The schema of `summary.json` as JSON Schema, for programs that read it: schemas/summary.schema.json. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { SUMMARY_VERSION, summarySchema } from "./summary-schema.js";

/** The path of the file. It is the same from `src` and from `dist`. `npm run schema` writes it. */
export const SUMMARY_SCHEMA = join(fileURLToPath(new URL("../../schemas/", import.meta.url)), "summary.schema.json");

/**
 * Made from the schema that writes and reads the file. A program that checks a summary with it accepts the summaries of
 * later programs too: they may have more fields.
 */
export function summaryJsonSchema(): z.core.JSONSchema.JSONSchema {
  const { $schema, ...schema } = z.toJSONSchema(summarySchema, { target: "draft-07", io: "input" });
  return {
    ...($schema !== undefined && { $schema }),
    title: `The summary of a run of crowdstorm, summary.json, version ${SUMMARY_VERSION}`,
    ...schema,
  };
}
