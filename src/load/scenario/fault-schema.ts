/** The faults of a scenario. They affect the threads of a run, or its simulated threads under virtual time. */
import { z } from "zod";
import { duration, noSuchKind, object, positiveDuration, probability, rangeOf } from "./fields.js";

/**
 * The writer waits 5 s for its lock; a longer stall would end the run. The rest is a margin for other holders of the
 * lock.
 */
export const MAX_STALL_MS = 4000;

const window = rangeOf(duration, "a duration").describe("When it begins: at an even draw from this span of the run.");
const lasts = positiveDuration.describe("How long it lasts; --duration does not stretch it.");
const thread = z
  .enum(["client", "task"], 'must be "client" or "task"')
  .describe("One of the threads that carry simulated workers, or of those that run tasks; which one is drawn.");
const direction = z
  .enum(["to-platform", "to-clients"], 'must be "to-platform" or "to-clients"')
  .describe("Which direction of the channels.");

const kinds = [
  object({ kind: z.literal("kill-thread"), window, thread }),
  object({ kind: z.literal("pause-thread"), window, thread, lasts }),
  object({
    kind: z.literal("stall-database"),
    window,
    lasts: lasts.refine((ms) => ms <= MAX_STALL_MS, "must be at most 4s"),
  }),
  object({
    kind: z.literal("delay-wakeups"),
    window,
    direction,
    lasts,
    delay: positiveDuration.describe("How much later a wake-up comes."),
  }),
  object({
    kind: z.literal("drop-wakeups"),
    window,
    direction,
    lasts,
    probability: probability.describe("The share of wake-ups that never come."),
  }),
  object({
    kind: z.literal("jump-clock"),
    window,
    by: positiveDuration
      .refine(Number.isInteger, "must be a whole number of milliseconds")
      .describe("How far the run's clock jumps ahead. It is monotonic: it never goes back."),
  }),
] as const;

export const faults = z
  .array(
    z.discriminatedUnion("kind", kinds, {
      error: noSuchKind(
        "kind",
        kinds.map(({ shape }) => shape.kind.value),
      ),
    }),
    "must be a list of faults",
  )
  .default([])
  .describe("Faults of threads, database and clock during the run.");

/** A fault as the scenario has it: durations in ms. */
export type Fault = z.output<typeof faults>[number];
