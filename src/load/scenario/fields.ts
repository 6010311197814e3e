/**
 * The kinds of value that scenario fields take. Each says in one clause what would be right ("must be …");
 * the loader adds the place and what was there instead.
 */
import { z } from "zod";
import { at, DURATION_PATTERN, parseDuration } from "../../vocabulary/index.js";
import type { DistributionSpec } from "./distribution-spec.js";
import { formatDuration } from "./format-duration.js";
import { MAX_MS, MAX_COUNT, MAX_NAME, MAX_NAMED, MAX_PROBLEMS } from "./scenario-limits.js";
import { nearest } from "./nearest.js";

/** Former names of keys. A file that still has one is refused with the new name. */
const RENAMED_KEYS: ReadonlyMap<string, string> = new Map([
  ["again", "flapping"],
  ["noticedAfter", "detectionDelay"],
  ["silence", "idle"],
]);

/**
 * A mapping that takes the keys of `shape` and no other. An issue of unknown keys has one line of message for each of
 * them, in the order of `issue.keys`.
 */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== "unrecognized_keys") return "must be a mapping of keys to values";
      const known = Object.keys(shape);
      const help = (key: string): string => {
        const renamed = RENAMED_KEYS.get(key);
        if (renamed !== undefined && known.includes(renamed)) return `it was renamed to "${renamed}"`;
        const near = nearest(key, known);
        return near === undefined ? `there are ${known.join(", ")}` : `did you mean "${near}"?`;
      };
      // No more than MAX_PROBLEMS are reported.
      return issue.keys
        .map((key, index) => (index < MAX_PROBLEMS ? `unknown key; ${help(key)}` : "unknown key"))
        .join("\n");
    },
  });
}

/** The error of a mapping whose `key` is none of `kinds`: the nearest kind, or all of them. */
export function noSuchKind(key: string, kinds: readonly string[]) {
  return nearestKind(key, kinds, `must be a mapping with a ${key}: ${choicesOf(kinds)}`);
}

/** As {@link noSuchKind}; `noMapping` is the error of what is no mapping. */
export function nearestKind(key: string, kinds: readonly string[], noMapping: string) {
  return ({ input }: { readonly input?: unknown }): string => {
    if (typeof input !== "object" || input === null) return noMapping;
    const given = (input as Readonly<Record<string, unknown>>)[key];
    const near = typeof given === "string" ? nearest(given, kinds) : undefined;
    return near === undefined
      ? `must be ${choicesOf(kinds)}`
      : `there is no "${String(given)}"; did you mean "${near}"?`;
  };
}

function choicesOf(kinds: readonly string[]): string {
  return `${kinds.slice(0, -1).join(", ")} or ${at(kinds, kinds.length - 1)}`;
}

const DURATION = 'must be a duration with a unit, such as "250ms", "1.5s" or "2m"';

/** A duration as text. The transform below checks it, with better messages; the pattern is for the JSON Schema. */
const durationText = z
  .string({ error: DURATION })
  .meta({ id: "duration", pattern: DURATION_PATTERN.source, examples: ["250ms", "1.5s", "1m30s"] });

/** A duration of 0 or more; ms after parsing. */
export const duration = durationText.transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= MAX_MS) return ms;
  const tooLong = ms !== undefined && `must be at most ${formatDuration(MAX_MS)}`;
  const negative = text.startsWith("-") && parseDuration(text.slice(1)) !== undefined;
  context.issues.push({ code: "custom", input: text, message: tooLong || (negative ? "must be 0 or more" : DURATION) });
  return z.NEVER;
});

/** A duration longer than 0; ms after parsing. */
export const positiveDuration = duration.refine((ms) => ms > 0, "must be longer than 0");

const PROBABILITY = "must be a number from 0 to 1";
export const probability = z
  .number(PROBABILITY)
  .min(0, { error: PROBABILITY, abort: true })
  .max(1, { error: PROBABILITY, abort: true });

const COUNT = "must be a whole number, 0 or more";
export const count = z.int(COUNT).min(0, COUNT);

const POSITIVE_COUNT = "must be a whole number, 1 or more";
export const positiveCount = z
  .int(POSITIVE_COUNT)
  .min(1, POSITIVE_COUNT)
  .max(MAX_COUNT, `must be at most ${MAX_COUNT}`);

const RATE = "must be a number of arrivals a second, 0 or more";
export const rate = z.number(RATE).min(0, RATE);

/**
 * The largest text of a live update, in bytes: what fits into an agent's mailbox beside the update's envelope. A larger
 * update could never be delivered.
 */
export const MAX_PAYLOAD_BYTES = 3500;

/** Whether no draw of `distribution` is above `most`. */
export function isAtMost(distribution: DistributionSpec, most: number): boolean {
  switch (distribution.kind) {
    case "constant":
      return distribution.value <= most;
    case "uniform":
      return distribution.max <= most;
    default:
      return distribution.max !== undefined && distribution.max <= most;
  }
}

/** For `refine(…)`: refuses a mapping with too many names before any further check of it. */
export const hasFewNames = (mapping: object): boolean => Object.keys(mapping).length <= MAX_NAMED;
export const TOO_MANY_NAMES = { error: `must have at most ${MAX_NAMED} names`, abort: true };

/** One line of text, not empty. */
export const line = z.string("must be text").regex(/^\S.*$/, "must be one line of text, not empty");

/** A name that can stand in the name of a directory, and in a tag. */
export const IDENTIFIER = /^[a-z0-9]+(-[a-z0-9]+)*$/;
export const hyphenated = line
  .regex(IDENTIFIER, "must be lower-case words joined by hyphens")
  .max(MAX_NAME, `must have at most ${MAX_NAME} characters`);

/** States for the JSON Schema what a refinement checks in the loader, with a better message. */
export const exactlyOneOf = (...keys: readonly string[]) => ({ oneOf: keys.map((key) => ({ required: [key] })) });

/** A field that reads as a number; in a file it is an `Input`. */
type NumberField<Input> = z.ZodType<number, Input>;

/** From the first value to the second, both included, in this order. */
export function rangeOf<Input>(value: NumberField<Input>, what: string) {
  const shape = `must be two values, [from, to], each ${what}`;
  return z.tuple([value, value], shape).refine(([from, to]) => from <= to, "must be [from, to] with from not above to");
}

/**
 * A distribution over values that `value` reads: a constant value, or one of
 * `{ uniform: [from, to] }`, `{ exponential: { mean } }`, `{ normal: { mean, sd } }`, `{ lognormal: { median, p95 } }`;
 * the last three take a `max` that larger draws are cut to. `what` names such a value in errors, with its article.
 */
export function distributionOf<Input>(value: NumberField<Input>, what: string) {
  const max = value.optional().describe("Larger draws are cut to this.");
  const kinds = object({
    uniform: rangeOf(value, what).optional().describe("Evenly from the first value to the second."),
    exponential: object({ mean: value.describe("The mean."), max })
      .optional()
      .describe("Exponential, as times between independent events."),
    normal: object({ mean: value.describe("The mean."), sd: value.describe("The standard deviation."), max })
      .optional()
      .describe("Normal; draws below 0 are 0."),
    lognormal: object({ median: value.describe("The median."), p95: value.describe("The 95th percentile."), max })
      .refine(({ median, p95 }) => 0 < median && median <= p95, "needs 0 < median <= p95")
      .optional()
      .describe("Log-normal, as times of people: a long tail above the median."),
  }).meta({ minProperties: 1, maxProperties: 1 });
  const oneKind = `must be ${what}, or exactly one of uniform, exponential, normal and lognormal`;
  return z.union([value, kinds], oneKind).transform((read, context): DistributionSpec => {
    if (typeof read === "number") return { kind: "constant", value: read };
    const { uniform, exponential, normal, lognormal } = read;
    const given: DistributionSpec[] = [];
    if (uniform) given.push({ kind: "uniform", min: uniform[0], max: uniform[1] });
    if (exponential) given.push({ kind: "exponential", ...exponential });
    if (normal) given.push({ kind: "normal", ...normal });
    if (lognormal) given.push({ kind: "lognormal", ...lognormal });
    const [only] = given;
    if (only !== undefined && given.length === 1) return only;
    context.issues.push({ code: "custom", input: read, message: oneKind });
    return z.NEVER;
  });
}

/** Distributions of durations. */
export const durations = distributionOf(duration, "a duration").meta({ id: "durations" });
/** Distributions of whole numbers. */
export const counts = distributionOf(count.max(MAX_COUNT, `must be at most ${MAX_COUNT}`), "a whole number").meta({
  id: "counts",
});
