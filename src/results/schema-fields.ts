/** Fields of the schema of `summary.json`, with their units and meaning for those who read the JSON Schema. */
import { z } from "zod";

export const count = z.int().nonnegative();

export const number = (description: string) => z.number().describe(description);
export const text = (description: string) => z.string().describe(description);
