/**
 * The summary of a run, `summary.json`: what was run, what was measured, and the verdict. The schema below is its documentation
 * and reads it back. All times are ms. What could not be measured is null; nothing is NaN, infinite or left out.
 *
 * `version` changes when a field changes its meaning or goes; new fields may come without a new version.
 */
import { z } from "zod";
import {
  COUNTER_NAMES,
  GAUGE_NAMES,
  RATE_NAMES,
  TREND_NAMES,
  type Distribution,
  type LoadVerdict,
  type Measurements,
  type ProcessHealth,
  type ScheduleVerdict,
  type ThreadHealth,
  type ThresholdResult,
} from "../load/measure/index.js";
import type { InvariantReport } from "../load/check/index.js";
import { THREAD_FAULT_KINDS } from "../vocabulary/index.js";
import { judge, verdictSchema } from "./verdict.js";

const count = z.int().nonnegative();

/** A distribution of times, ms. */
const trendSchema = z.object({
  count,
  min: z.number().nullable(),
  mean: z.number().nullable(),
  p50: z.number().nullable(),
  p90: z.number().nullable(),
  p99: z.number().nullable(),
  /** p99.9 */
  p999: z.number().nullable(),
  max: z.number().nullable(),
});
export type TrendSummary = z.infer<typeof trendSchema>;

/** The version of the layout. 2: the invariant `books-agree` became `accounting-consistent`. */
export const SUMMARY_VERSION = 2;

export const summarySchema = z.object({
  version: z.literal(SUMMARY_VERSION),
  runId: z.string(),
  /** Which engine ran it: real threads under the wall clock, or the simulated clock. */
  engine: z.enum(["threads", "virtual"]),
  scenario: z.object({ name: z.string(), description: z.string() }),
  /** The seed, which with the scenario fixes the plan. */
  seed: z.string(),
  plan: z.object({
    /** SHA-256 of the plan. */
    hash: z.string(),
    /** Simulated workers planned. */
    workers: count,
  }),
  /** SHA-256 of the plan; as `plan.hash`. */
  planHash: z.string().optional(),
  /** SHA-256 of everything that happened, in order: the same for every run of this plan under simulated time. Absent for real threads. */
  traceHash: z.string().optional(),
  /** The options of the command that differ from a plain run of the scenario, by name. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** The command that runs this again. */
  reproduce: z.string(),
  /** Start, ISO 8601, UTC. */
  startedAt: z.string(),
  /** From the start of the run, to which the times of the plan are relative, to the end of the drain. */
  durationMs: z.number(),
  /** How the run ended. */
  end: z.object({
    /** `finished`: the plan was carried out; `interrupted`: by the user; `aborted`: by a threshold. A run that an error ended has no summary. */
    how: z.enum(["finished", "interrupted", "aborted"]),
    /** Why, one line; null when finished. */
    why: z.string().nullable(),
  }),
  /** Whether the run passed, and if not, why. */
  verdict: verdictSchema,
  /** Agents by final status. */
  outcomes: z.object({
    agents: z.record(z.string(), count),
    onboardingAgents: z.record(z.string(), count),
  }),
  /** Every trend of the catalogue by name. */
  trends: z.record(z.string(), trendSchema),
  /** Every counter of the catalogue by name. */
  counters: z.record(z.string(), z.number()),
  /** Every rate of the catalogue by name. */
  rates: z.record(z.string(), z.object({ passes: count, total: count })),
  /** Every gauge of the catalogue by name; null when it was never set. */
  gauges: z.record(z.string(), z.number().nullable()),
  /** `live_update_latency` along the time axis; intervals without samples are left out. */
  overTime: z.array(
    z.object({ startMs: z.number(), lengthMs: z.number(), count, p50: z.number(), p99: z.number(), max: z.number() }),
  ),
  /** What the machine does at best, measured in the same run, to set the trends beside; empty when it was not measured. */
  floor: z.array(z.object({ name: z.string(), doc: z.string(), trend: trendSchema })),
  /**
   * The faults of the scenario as they happened: when (ms since the start), of which kind, to which thread (absent when it befell no
   * single thread), and what, for people. Absent when it has none.
   */
  faults: z
    .array(
      z.object({
        atMs: z.number(),
        kind: z.enum(THREAD_FAULT_KINDS).optional(),
        thread: z.string().optional(),
        what: z.string(),
      }),
    )
    .optional(),
  /** What was lost by them for good, a line each: what the invariants could not be checked on. Absent when nothing was. */
  losses: z.array(z.string()).optional(),
  thresholds: z.array(
    z.object({
      metric: z.string(),
      expression: z.string(),
      /** In the unit of the expression: ms, a share, a count; null when there are no samples. */
      observed: z.number().nullable(),
      passed: z.boolean(),
    }),
  ),
  invariants: z.array(
    z.object({
      id: z.string(),
      statement: z.string(),
      held: z.boolean(),
      /** How many things were checked. */
      checked: count,
      /** How many could not be checked, because the evidence died with its thread; absent when all could be. */
      unchecked: count.optional(),
      violationCount: count,
      /** The first violations. */
      violations: z.array(z.object({ what: z.string(), agentId: z.string().optional(), detail: z.string() })),
    }),
  ),
  /** Whether the planned load was generated at all, and if not, why. Absent in summaries of older versions. */
  load: z.object({ generated: z.boolean(), why: z.string().nullable() }).optional(),
  /** Whether the generator kept its schedule, by the p99 of its slip. */
  schedule: z.object({
    kept: z.boolean(),
    slipP99Ms: z.number().nullable(),
    slipMaxMs: z.number().nullable(),
    boundMs: z.number(),
  }),
  /** How the harness itself fared. */
  health: z.object({
    process: z.object({
      /** CPU used, in cores. */
      cpuCores: z.number(),
      peakMemoryBytes: z.number(),
    }),
    threads: z.array(
      z.object({
        thread: z.string(),
        watchedMs: z.number(),
        /** How late timers ran; null in a thread that runs none. */
        eventLoopDelay: z.object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() }).nullable(),
        gc: z.object({ count, totalMs: z.number(), maxMs: z.number(), major: count }),
      }),
    ),
  }),
  environment: z.object({
    /** Version of crowdstorm. */
    crowdstorm: z.string(),
    node: z.string(),
    platform: z.string(),
    cpu: z.string(),
    cores: count,
    memoryBytes: z.number(),
  }),
});
export type Summary = z.infer<typeof summarySchema>;

/** What a summary is built from. The fields that are also in {@link Summary} mean the same there. */
export interface SummaryInput
  extends Pick<
    Summary,
    | "runId"
    | "engine"
    | "scenario"
    | "seed"
    | "plan"
    | "planHash"
    | "traceHash"
    | "options"
    | "reproduce"
    | "startedAt"
    | "end"
    | "outcomes"
    | "faults"
    | "losses"
    | "environment"
  > {
  readonly measurements: Measurements;
  readonly invariants: InvariantReport;
  readonly thresholds: readonly ThresholdResult[];
  readonly load: LoadVerdict;
  readonly schedule: ScheduleVerdict;
  readonly health: { readonly process: ProcessHealth; readonly threads: readonly ThreadHealth[] };
  readonly floor?: readonly { readonly name: string; readonly doc: string; readonly distribution: Distribution }[];
}

/** Builds the summary of a run and judges it. @throws z.ZodError when the input has a number that JSON cannot hold */
export function buildSummary(input: SummaryInput): Summary {
  const { measurements, invariants, floor = [], ...rest } = input;
  const facts = {
    end: input.end,
    invariants: invariants.results,
    thresholds: input.thresholds,
    load: input.load,
    schedule: input.schedule,
  };
  return summarySchema.parse({
    ...rest,
    ...facts,
    version: SUMMARY_VERSION,
    ...figuresOf(measurements),
    verdict: judge(facts),
    floor: floor.map(({ name, doc, distribution }) => ({ name, doc, trend: summariseTrend(distribution) })),
  });
}

/** The part of a summary that can be said of a run at any time. */
export function figuresOf(
  measurements: Measurements,
): Pick<Summary, "durationMs" | "trends" | "counters" | "rates" | "gauges" | "overTime"> {
  return {
    durationMs: measurements.durationMs,
    trends: Object.fromEntries(TREND_NAMES.map((name) => [name, summariseTrend(measurements.trends[name])])),
    counters: Object.fromEntries(COUNTER_NAMES.map((name) => [name, measurements.counters[name]])),
    rates: Object.fromEntries(RATE_NAMES.map((name) => [name, measurements.rates[name]])),
    gauges: Object.fromEntries(GAUGE_NAMES.map((name) => [name, measurements.gauges[name] ?? null])),
    overTime: measurements.intervals("live_update_latency").map(({ startMs, lengthMs, distribution }) => ({
      startMs,
      lengthMs,
      count: distribution.count,
      p50: distribution.percentile(50),
      p99: distribution.percentile(99),
      max: distribution.maxMs,
    })),
  };
}

function summariseTrend(distribution: Distribution): TrendSummary {
  const figure = (ms: number): number | null => (distribution.count === 0 ? null : ms);
  return {
    count: distribution.count,
    min: figure(distribution.minMs),
    mean: figure(distribution.meanMs),
    p50: figure(distribution.percentile(50)),
    p90: figure(distribution.percentile(90)),
    p99: figure(distribution.percentile(99)),
    p999: figure(distribution.percentile(99.9)),
    max: figure(distribution.maxMs),
  };
}
