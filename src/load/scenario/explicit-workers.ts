/**
 * The workers of a scenario listed one by one, with all their actions and times, instead of being drawn. `simulate
 * shrink` writes them for a plan that fails.
 */
import { z } from "zod";
import { count, duration, MAX_PAYLOAD_BYTES, line, object } from "./fields.js";
import { MAX_NAMED, MAX_WORKERS } from "./scenario-limits.js";

const flag = z.boolean("must be true or false");

const payloadBytes = count.max(MAX_PAYLOAD_BYTES, `must be at most ${MAX_PAYLOAD_BYTES}, the most that fits a mailbox`);

const actions = z
  .array(
    object({
      at: duration.describe("When it is sent, since the start of the phase."),
      payloadBytes: payloadBytes.default(0).describe("The size of its text, bytes."),
      duplicate: flag.default(false).describe("Whether it is sent twice."),
    }),
    "must be a list of live updates, each { at }",
  )
  .describe("Live updates, each at its time since the start of the phase.");

const taskPlan = object({
  actions: actions.default([]),
  end: object({
    kind: z
      .enum(["submit", "return", "idle"], 'must be "submit", "return" or "idle"')
      .describe("Submits, gives the unit back, or sends nothing more."),
    at: duration.describe("When, since the start of the task."),
  }).describe("How the worker ends its part."),
});

const worker = object({
  behaviour: line.default("written out").describe("What it is called in reports."),
  arriveAt: duration.describe("When it arrives, since the start of the run."),
  qualifications: z
    .record(line, z.int("must be a whole number"), "must be a mapping of names to values")
    .optional()
    .describe("What it holds as the run begins."),
  onboarding: object({
    actions: actions.default([]),
    submitAt: duration.describe("When it submits, since the start of its onboarding."),
    passes: flag.default(true).describe("Whether it is good enough to be admitted."),
  })
    .optional()
    .describe("What it does in the onboarding."),
  task: taskPlan.optional().describe("What it does in its first task."),
  disconnect: object({
    since: z
      .enum(["run", "task"], 'must be "run" or "task"')
      .describe("What `at` counts from: the start of the run, or of the worker's task."),
    at: duration.describe("When the connection drops."),
    detectionDelay: duration
      .default(0)
      .describe("How long the platform takes to notice, unless the worker is back by then."),
    reconnect: object({
      after: duration.describe("How long it is away."),
      task: taskPlan.optional().describe("What it does in a task that it is given after it is back."),
      flapping: z
        .array(
          object({
            online: duration.describe("How long the connection holds before the drop."),
            after: duration.describe("How long the worker is away then."),
          }),
          "must be a list of drops, each { online, after }",
        )
        .optional()
        .describe("Further drops, each after the connection has held so long, and how long the worker is away then."),
    })
      .optional()
      .describe("Left out: the worker does not come back."),
  })
    .optional()
    .describe("The connection drops."),
});

/** A listed worker: as written, and with its defaults. */
export type ExplicitWorkerInput = z.input<typeof worker>;
export type ExplicitWorker = z.output<typeof worker>;

/** The field `workers` of a scenario. */
export const explicitWorkers = z
  .array(worker, "must be a list of workers")
  .min(1, "must have at least one worker")
  .max(MAX_WORKERS, `must be at most ${MAX_WORKERS} workers`)
  .refine(
    (workers) => new Set(workers.map(({ behaviour }) => behaviour)).size <= MAX_NAMED,
    `must have at most ${MAX_NAMED} behaviours`,
  )
  .describe("The workers one by one, instead of those that arrivals and behaviours would draw.");
