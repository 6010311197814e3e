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
    object({ at: duration, payloadBytes: payloadBytes.default(0), duplicate: flag.default(false) }),
    "must be a list of live updates, each { at }",
  )
  .describe("Live updates, each at its time since the start of the phase.");

const taskPlan = object({
  actions: actions.default([]),
  end: object({
    kind: z.enum(["submit", "return", "idle"], 'must be "submit", "return" or "idle"'),
    at: duration,
  }),
});

const worker = object({
  behaviour: line.default("written out").describe("What it is called in reports."),
  arriveAt: duration,
  qualifications: z
    .record(line, z.int("must be a whole number"), "must be a mapping of names to values")
    .optional()
    .describe("What it holds as the run begins."),
  onboarding: object({ actions: actions.default([]), submitAt: duration, passes: flag.default(true) }).optional(),
  task: taskPlan.optional(),
  disconnect: object({
    since: z.enum(["run", "task"], 'must be "run" or "task"'),
    at: duration,
    detectionDelay: duration.default(0),
    reconnect: object({
      after: duration,
      task: taskPlan.optional(),
      flapping: z
        .array(object({ online: duration, after: duration }), "must be a list of drops, each { online, after }")
        .optional()
        .describe("Further drops, each after the connection has held so long, and how long the worker is away then."),
    }).optional(),
  }).optional(),
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
