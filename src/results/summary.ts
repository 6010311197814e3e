/** The summary of a run, `summary.json`: what was run, what was measured, and the verdict. */
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
import type { CpuUse, MachineVerdict } from "../load/measure/machine/index.js";
import type { InvariantReport } from "../load/check/index.js";
import { SUMMARY_VERSION, summarySchema, type Summary } from "./summary-schema.js";
import { taggedFigures } from "./tagged-figures.js";
import { summariseTrend } from "./trend-summary.js";
import { judge } from "./verdict.js";

/** The input of {@link buildSummary}. A field that is also in {@link Summary} has the same meaning there. */
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
    | "warnings"
    | "carriedOut"
    | "outcomes"
    | "peakLiveUnits"
    | "faults"
    | "losses"
    | "notChecked"
    | "failures"
    | "machines"
    | "environment"
  > {
  readonly unfinished: number;
  readonly measurements: Measurements;
  readonly invariants: InvariantReport;
  readonly thresholds: readonly ThresholdResult[];
  readonly load: LoadVerdict;
  readonly schedule: ScheduleVerdict;
  /** Left out where time is simulated. */
  readonly machine?: MachineVerdict | undefined;
  readonly health: {
    readonly process: ProcessHealth;
    readonly threads: readonly ThreadHealth[];
    readonly cpu?: CpuUse | undefined;
  };
  readonly floor?: readonly { readonly name: string; readonly doc: string; readonly distribution: Distribution }[];
}

/** Builds the summary of a run and its verdict. @throws z.ZodError when the input has a number that JSON cannot hold */
export function buildSummary(input: SummaryInput): Summary {
  const { measurements, invariants, machine, carriedOut, floor = [], ...rest } = input;
  const facts = {
    end: input.end,
    unfinished: input.unfinished,
    ...(carriedOut !== undefined && { carriedOut, isStrict: Object.hasOwn(input.options, "strict") }),
    invariants: invariants.results,
    thresholds: input.thresholds,
    load: input.load,
    schedule: input.schedule,
    ...(machine !== undefined && { machine }),
    ...(input.machines !== undefined && { machines: input.machines }),
  };
  const { closed } = input.plan;
  return summarySchema.parse({
    ...rest,
    ...facts,
    ...(closed !== undefined && { arrivalRate: arrivalRateOf(measurements, closed) }),
    version: SUMMARY_VERSION,
    ...figuresOf(measurements, viewpointOf(input)),
    tagged: taggedFigures(measurements, viewpointOf(input)),
    verdict: judge(facts),
    floor: floor.map(({ name, doc, distribution }) => ({ name, doc, trend: summariseTrend(distribution) })),
  });
}

/**
 * Workers of the closed models that arrived a second; those that arrived at planned times are not the platform's doing.
 * A run that ended early had less time than planned.
 */
function arrivalRateOf(
  { where, durationMs }: Measurements,
  { startMs, arrivalsMs, behaviours = [] }: NonNullable<Summary["plan"]["closed"]>,
): number {
  const arrived = behaviours.reduce((sum, behaviour) => sum + where({ behaviour }).counters.workers_started, 0);
  const lengthMs = Math.min(arrivalsMs, durationMs - startMs);
  return lengthMs <= 0 ? 0 : (arrived * 1000) / lengthMs;
}

/** The viewpoint of a run's measurements. */
export function viewpointOf({ engine, target }: Pick<Summary, "engine" | "target">): Viewpoint {
  if (engine !== "network") return "inside";
  return target?.database === true ? "clients-and-database" : "clients";
}

/** The part of a summary that is also known while the run is running. `from` is the viewpoint of the measurements. */
export function figuresOf(
  measurements: Measurements,
  from: Viewpoint,
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
