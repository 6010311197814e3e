/**
 * The faults of a scenario: what breaks, or stands still, while the run goes on. Real threads are broken, so they are for runs
 * on real threads; what goes wrong under simulated time is drawn by `--faults` instead.
 */
import { z } from "zod";
import { duration, noSuchKind, object, positiveDuration, probability, rangeOf } from "./fields.js";

/** A database that is held for longer than the writer waits for its lock would end the run: 5 s, of which some is left for others. */
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
  .describe("What breaks or stands still while the run goes on (runs on real threads).");

/** A fault as the scenario has it: durations in ms. */
export type Fault = z.output<typeof faults>[number];
