/** Fields of the schema of `summary.json`, with their units and meaning for those who read the JSON Schema. */
import { z } from "zod";

export const count = z.int().nonnegative();

export const number = (description: string) => z.number().describe(description);
export const text = (description: string) => z.string().describe(description);

/** Of the check that there is a reason where there has to be one; `key`: its field. */
export const reasonMissing = (key: string) => ({ path: [key], message: "the reason is missing" });
