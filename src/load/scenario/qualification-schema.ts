/** The qualifications of a scenario: those that workers hold, and those that the task requires. */
import { z } from "zod";
import { counts, hasFewNames, line, noSuchKind, object, probability, TOO_MANY_NAMES } from "./fields.js";
import { MAX_PROBLEMS } from "./scenario-limits.js";
import { nearest } from "./nearest.js";

/** The field `qualifications`. */
export const holdings = z
  .record(
    line,
    object({
      share: probability.describe("The share of workers who hold it."),
      value: counts.default({ kind: "constant", value: 1 }).describe("Its value for those who do."),
    }),
    "must be a mapping of names to qualifications",
  )
  .refine(hasFewNames, TOO_MANY_NAMES)
  .refine(
    (byName) => !Object.hasOwn(byName, "onboarding-passed"),
    "has onboarding-passed, which the onboarding itself grants: passRate is the share of workers who get it",
  )
  .default({})
  .describe(
    "What workers hold as the run begins, as from earlier work. Each worker's are drawn from a stream of their own.",
  );

const name = line.describe("One of the scenario's qualifications.");
const value = z.int("must be a whole number");

/** Mephisto's comparators, grouped by their operands: none, one value, several values. */
const COMPARATORS = [
  ["Exists", "DoesNotExist"],
  ["EqualTo", "NotEqualTo", "GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo"],
  ["In", "NotIn"],
] as const;

/** The field `task.qualifications`. */
export const requirements = z
  .array(
    z.discriminatedUnion(
      "comparator",
      [
        object({ name, comparator: z.enum(COMPARATORS[0]).describe("Whether the worker has it.") }),
        object({
          name,
          comparator: z.enum(COMPARATORS[1]).describe("How the worker's value is compared."),
          value: value.describe("What the worker's value is compared with."),
        }),
        object({
          name,
          comparator: z.enum(COMPARATORS[2]).describe("Whether the worker's value is one of the list."),
          value: z
            .array(value, "must be a list of whole numbers")
            .min(1, "must have at least one value")
            .describe("The values."),
        }),
      ],
      { error: noSuchKind("comparator", COMPARATORS.flat()) },
    ),
    "must be a list of requirements, each { name, comparator, value }",
  )
  .default([])
  .describe("What a worker must meet to be given a unit. Others are refused as they register, before any onboarding.");

/** Reports used names that are no qualification of the scenario: no worker could hold them. */
export function refuseUnknown(
  known: readonly string[],
  used: readonly { readonly name: string; readonly path: readonly PropertyKey[] }[],
  context: z.RefinementCtx,
): void {
  const names = new Set(known);
  const unknown = used.filter(({ name }) => !names.has(name));
  for (const [index, { name, path }] of unknown.entries()) {
    // No more than MAX_PROBLEMS are reported.
    const help = index < MAX_PROBLEMS ? `; ${helpFor(name, known)}` : "";
    context.addIssue({ code: "custom", path: [...path], message: `is no qualification of this scenario${help}` });
  }
}

/** Names that a message lists. */
const MAX_LISTED = 20;

function helpFor(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (known.length === 0) return "the scenario has no qualifications";
  return `there are ${known.slice(0, MAX_LISTED).join(", ")}${known.length > MAX_LISTED ? ", …" : ""}`;
}
