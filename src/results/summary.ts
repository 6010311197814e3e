/**
 * The summary of a run, `summary.json`: what was run, what was measured, and the verdict. The schema below is its documentation
 * and reads it back. All times are ms. What could not be measured is null; nothing is NaN or infinite. Metrics that a run of this kind
 * does not measure are left out.
 *
 * `version` changes when a field changes its meaning or goes; new fields may come without a new version.
 */
import { z } from "zod";
import {
  COUNTER_NAMES,
  GAUGE_NAMES,
  RATE_NAMES,
  TREND_NAMES,
  isMeasured,
  type Distribution,
  type LoadVerdict,
  type Measurements,
  type MetricName,
  type ProcessHealth,
  type ScheduleVerdict,
  type ThreadHealth,
  type ThresholdResult,
  type Viewpoint,
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
  /** Which engine ran it: real threads under the wall clock, the simulated clock, or clients of a target behind a network. */
  engine: z.enum(["threads", "virtual", "network"]),
  /** What was tested over a network; absent for a platform of the process. */
  target: z
    .object({
      /** `client`: the workers' end of the network was ours. */
      mode: z.enum(["client", "router"]),
      url: z.string(),
      dialect: z.string(),
      /** How workers send: at once, or as a browser's page. */
      client: z.enum(["direct", "browser"]).optional(),
      /** Whether its database was read. */
      database: z.boolean(),
    })
    .optional(),
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
  /** Every trend of the catalogue by name, but for those that a run of this kind does not measure; also below. */
  trends: z.record(z.string(), trendSchema),
  /** Every counter of the catalogue by name. */
  counters: z.record(z.string(), z.number()),
  /** Every rate of the catalogue by name. */
  rates: z.record(z.string(), z.object({ passes: count, total: count })),
  /** Every gauge of the catalogue by name; null when it was never set. */
  gauges: z.record(z.string(), z.number().nullable()),
  /** `live_update_latency` along the time axis, over a network `live_update_round_trip`; intervals without samples are left out. */
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
  /** Invariants and thresholds of the scenario that a run of this kind cannot be checked for, and why. Absent when all could be. */
  notChecked: z
    .array(z.object({ kind: z.enum(["invariant", "threshold"]), id: z.string(), why: z.string() }))
    .optional(),
  /** What failed on the way to the target: what was expected and what came, how often, and when first. Absent when nothing did. */
  failures: z.array(z.object({ what: z.string(), count, firstAtMs: z.number() })).optional(),
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
    | "target"
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
    | "notChecked"
    | "failures"
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
    ...figuresOf(measurements, viewpointOf(input)),
    verdict: judge(facts),
    floor: floor.map(({ name, doc, distribution }) => ({ name, doc, trend: summariseTrend(distribution) })),
  });
}

/** From where a run measured. */
export function viewpointOf({ engine, target }: Pick<Summary, "engine" | "target">): Viewpoint {
  if (engine !== "network") return "inside";
  return target?.database === true ? "clients-and-database" : "clients";
}

/** The part of a summary that can be said of a run at any time. `from`: from where it is measured. */
export function figuresOf(
  measurements: Measurements,
  from: Viewpoint = "inside",
): Pick<Summary, "durationMs" | "trends" | "counters" | "rates" | "gauges" | "overTime"> {
  const byName = <Name extends MetricName, Value>(names: readonly Name[], value: (name: Name) => Value) =>
    Object.fromEntries(names.filter((name) => isMeasured(name, from)).map((name) => [name, value(name)]));
  return {
    durationMs: measurements.durationMs,
    trends: byName(TREND_NAMES, (name) => summariseTrend(measurements.trends[name])),
    counters: byName(COUNTER_NAMES, (name) => measurements.counters[name]),
    rates: byName(RATE_NAMES, (name) => measurements.rates[name]),
    gauges: byName(GAUGE_NAMES, (name) => measurements.gauges[name] ?? null),
    overTime: measurements.intervals(mainTrend(from)).map(({ startMs, lengthMs, distribution }) => ({
      startMs,
      lengthMs,
      count: distribution.count,
      p50: distribution.percentile(50),
      p99: distribution.percentile(99),
      max: distribution.maxMs,
    })),
  };
}

/** The trend that is shown along time: of a live update. */
export function mainTrend(from: Viewpoint): "live_update_latency" | "live_update_round_trip" {
  return from === "inside" ? "live_update_latency" : "live_update_round_trip";
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
