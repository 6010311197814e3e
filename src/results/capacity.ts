/**
 * The result of a search for the capacity of a scenario, `capacity.json`: the trials so far and what is known by them.
 * It is written after each trial, so that a search that was interrupted can be resumed. Arrival rates are workers that
 * arrive in a second, as the mean over the scenario's stages. All times are ms.
 *
 * `version` changes when a field is removed or changes its meaning. A new field does not need a new version.
 */
import { join } from "node:path";
import { z } from "zod";
import { jsonText } from "../vocabulary/index.js";
import { readChecked, writeAtomically } from "./results.js";
import { count, reasonMissing } from "./schema-fields.js";
import { summarySchema } from "./summary-schema.js";
import { verdictSchema } from "./verdict.js";

/** One run of the search. */
const trialSchema = z
  .object({
    /** Simulated workers planned. */
    workers: z.int().positive(),
    /** Their arrival rate. */
    rate: z.number(),
    /** The directory of the run, from that of the search; null when the run has none, as under simulated time. */
    run: z.string().nullable(),
    /**
     * `broken`: an invariant broke; `inconclusive`: the machine was taken by others, or the load was not generated in
     * time.
     */
    outcome: z.enum(["passed", "failed", "broken", "inconclusive"]),
    /** The reasons why it did not pass, a line each. */
    reasons: z.array(z.string()),
    /** From the start of its process to the end. */
    tookMs: z.number(),
    /** Of `trend` of the search; null without samples. */
    p50: z.number().nullable(),
    /** Absent in results of older versions. */
    p95: z.number().nullable().exactOptional(),
    p99: z.number().nullable(),
    /** CPU used by the run, in cores; null when it did not finish, and under simulated time. */
    cpuCores: z.number().nullable(),
    /** p99 of the generator's schedule slip; null when it carried nothing out. */
    slipP99Ms: z.number().nullable(),
    /** The greatest number of units that were live at once; null when it is not known. */
    peakLiveUnits: count.nullable(),
  })
  .refine(({ outcome, reasons }) => outcome === "passed" || reasons.length > 0, reasonMissing("reasons"));
export type CapacityTrial = z.infer<typeof trialSchema>;

/** Bottleneck, above the capacity. */
const limitSchema = z.object({
  /**
   * The part that gave out; `unknown` when the figures do not tell. Under simulated time, where no part has a limit of
   * its own, the invariant; `threshold` for all else that failed.
   */
  part: z.enum([
    "machine",
    "generator",
    "thread",
    "database",
    "target",
    "invariant",
    "process",
    "threshold",
    "unknown",
  ]),
  /** One line: the part and its figure. */
  what: z.string(),
  /** The figures behind it, a line each. */
  evidence: z.array(z.string()),
});
export type CapacityLimit = z.infer<typeof limitSchema>;

/** The version of the format. */
export const CAPACITY_VERSION = 1;

/** What a search is, whatever its trials say. */
const identitySchema = z.object({
  version: z.literal(CAPACITY_VERSION),
  searchId: z.string(),
  scenario: summarySchema.shape.scenario,
  seed: z.string(),
  /** SHA-256 of the plan of the first trial. */
  planHash: z.string(),
  engine: summarySchema.shape.engine,
  /** The options of the trials that differ from those of a plain run of the scenario, by name. */
  options: summarySchema.shape.options,
  /** The command that searches again. */
  reproduce: z.string(),
  startedAt: z.string(),
  environment: summarySchema.shape.environment,
  arrivals: z.object({
    /** How long workers arrive in a trial. */
    durationMs: z.number(),
    /** The greatest arrival rate of the stages over their mean. */
    peakFactor: z.number(),
  }),
  search: z.object({
    /** The number of workers that is tried first, and the bounds of the search. */
    startWorkers: z.int().positive(),
    leastWorkers: z.int().positive(),
    mostWorkers: z.int().positive(),
    /** The search ends when the rate that fails is at most so many times the rate that passes. */
    precision: z.number(),
    /** No trial is started that would end later, from the start of the first, pauses of the search left out. */
    maxMs: z.number(),
    /** The metric whose thresholds alone decide; null: all. */
    metric: z.string().nullable(),
    /** Under simulated time: the seeds that each rate is tried with. */
    seeds: z.object({ first: count, last: count }).exactOptional(),
  }),
  /** The trend whose percentiles the trials have. */
  trend: z.enum(["live_update_latency", "live_update_round_trip"]),
});
export type SearchIdentity = z.infer<typeof identitySchema>;

export const capacitySchema = identitySchema.extend({
  trials: z.array(trialSchema),
  /**
   * `found`: the capacity is known to the precision; `unbounded`: the most workers that a run can have pass; `none`:
   * even the least fail; `interrupted`: by the user; `out-of-time`; `running`: the search is going on, or was killed.
   */
  end: z.enum(["found", "unbounded", "none", "interrupted", "out-of-time", "running"]),
  /** The highest rate that passed for certain; null when none has. The latencies are the medians of its trials. */
  capacity: z
    .object({
      workers: z.int().positive(),
      rate: z.number(),
      peakRate: z.number(),
      p50: z.number().nullable(),
      /** Absent in results of older versions. */
      p95: z.number().nullable().exactOptional(),
      p99: z.number().nullable(),
      cpuCores: z.number().nullable(),
      /** The greatest number of units that were live at once, in the best of its trials; null when it is not known. */
      liveUnits: count.nullable(),
    })
    .nullable(),
  /** The lowest rate that failed for certain; null when none has. */
  fails: z.object({ workers: z.int().positive(), rate: z.number() }).nullable(),
  /** Bottleneck; null when nothing has failed. */
  limit: limitSchema.nullable(),
  /** The exit code of the command. */
  exitCode: verdictSchema.shape.exitCode,
});
export type Capacity = z.infer<typeof capacitySchema>;

/** The part of a result that does not depend on its trials. */
export function identityOf(capacity: Capacity): SearchIdentity {
  return identitySchema.parse(capacity);
}

/** The files of a search, besides the runs. */
export const CAPACITY_FILES = {
  result: "capacity.json",
  report: "report.html",
  scenario: "scenario.yaml",
  /** The folder of the runs. */
  runs: "runs",
} as const;

/** Writes the result into the directory of the search. @throws ResultsError */
export function writeCapacity(directory: string, capacity: Capacity): void {
  writeAtomically(join(directory, CAPACITY_FILES.result), jsonText(capacitySchema.parse(capacity)));
}

/** Reads the result of a search. @throws ResultsError when it is missing, damaged, or of another version */
export function readCapacity(directory: string): Capacity {
  return readChecked(join(directory, CAPACITY_FILES.result), CAPACITY_VERSION, capacitySchema);
}
