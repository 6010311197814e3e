/** The field `arrivals`: at a rate (an open model), or in the place of workers that have ended (a closed model). */
import { z } from "zod";
import { expectedArrivals } from "./arrivals.js";
import { count, duration, nearestKind, object, positiveCount, positiveDuration, rate } from "./fields.js";
import { MAX_WORKERS } from "./scenario-limits.js";

const TOO_MANY = `must be at most ${MAX_WORKERS} workers`;
const workers = positiveCount.max(MAX_WORKERS, TOO_MANY);

const maxWorkers = workers
  .optional()
  .describe(
    "The most workers that begin in all. Left out: about twice as many as would begin on a platform that never lets a worker wait.",
  );

const atRate = object({
  executor: z
    .literal("ramping-arrival-rate")
    .optional()
    .describe("Open model: workers arrive at a rate, whether or not the platform keeps up. May be left out."),
  startRate: rate.default(0).describe("Arrivals a second at the start."),
  stages: z
    .array(
      object({
        duration: duration.describe("How long the stage lasts; with 0s the rate jumps to the target."),
        target: rate.describe("Arrivals a second at its end; the rate moves there evenly."),
      }),
      "must be a list of stages, each { duration, target }",
    )
    .describe("The arrival rate over time, stage by stage."),
})
  .refine(
    (read) => expectedArrivals(read) >= 0.5,
    "no worker ever arrives: there is no stage, or every rate is 0, or nearly",
  )
  .refine(
    (read) => expectedArrivals(read) <= MAX_WORKERS,
    `more workers arrive than a run can have, which is ${MAX_WORKERS}`,
  );

const TOO_FEW = {
  path: ["maxWorkers"],
  error: "must not be below the number of workers that are kept at once",
};

const constantWorkers = object({
  executor: z
    .literal("constant-workers")
    .describe("Closed model: a number of workers is kept; when one ends, another begins at once."),
  workers: workers.describe("How many workers are kept."),
  duration: positiveDuration.describe("For how long. Workers that are there then finish what they do."),
  maxWorkers,
}).refine((read) => read.maxWorkers === undefined || read.maxWorkers >= read.workers, TOO_FEW);

const keptWorkers = count.max(MAX_WORKERS, TOO_MANY);

const rampingWorkers = object({
  executor: z
    .literal("ramping-workers")
    .describe("Closed model: a number of workers is kept, which moves from stage to stage."),
  startWorkers: keptWorkers.default(0).describe("How many workers are kept at the start."),
  stages: z
    .array(
      object({
        duration: duration.describe("How long the stage lasts; with 0s the number jumps to the target."),
        target: keptWorkers.describe("How many workers are kept at its end; the number moves there evenly."),
      }),
      "must be a list of stages, each { duration, target }",
    )
    .describe("The number of workers over time, stage by stage."),
  maxWorkers,
})
  .refine(
    ({ startWorkers, stages }) =>
      stages.some(({ duration: lasts }) => lasts > 0) &&
      [startWorkers, ...stages.map(({ target }) => target)].some(Boolean),
    "no worker ever begins: there is no stage, or every number of workers is 0",
  )
  .refine(
    (read) =>
      read.maxWorkers === undefined ||
      read.maxWorkers >= Math.max(read.startWorkers, ...read.stages.map(({ target }) => target)),
    TOO_FEW,
  );

const EXECUTORS = ["ramping-arrival-rate", "constant-workers", "ramping-workers"];

/** The field `arrivals`, of the scenario or of one of its groups. */
export const arrivals = z
  .discriminatedUnion("executor", [atRate, constantWorkers, rampingWorkers], {
    error: nearestKind("executor", EXECUTORS, "must be a mapping of keys to values"),
  })
  .describe(
    "When workers arrive. At a rate (open model): the area under it is the number of workers, unless --workers is given. " +
      "Or so that a number of workers is kept (closed model).",
  );

export type ArrivalsSpec = z.output<typeof arrivals>;
/** Arrivals of a closed model. */
export type ClosedArrivals = z.output<typeof constantWorkers> | z.output<typeof rampingWorkers>;
