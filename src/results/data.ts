/**
 * The data of the report's charts: `report.json` of a run, also embedded in its `report.html`. A column is an array, so
 * that the data is compact. Times are ms from the start of the run, rounded to a few digits. The script of the page
 * imports these types, so this file imports only types of other such data.
 *
 * `version` changes when a field is removed or changes its meaning.
 */
import type { SequenceDiagram } from "./sequence-diagram.js";

export const REPORT_DATA_VERSION = 1;

export interface ReportData {
  readonly version: typeof REPORT_DATA_VERSION;
  readonly runId: string;
  readonly scenario: string;
  /** The end of the time axis. */
  readonly durationMs: number;
  readonly phases: readonly Phase[];
  /** Absent when there were none. */
  readonly faultMarks?: readonly FaultMarks[];
  readonly latency: LatencyOverTime;
  readonly percentiles: readonly PercentileCurve[];
  readonly statuses: { readonly main: StatusesOverTime; readonly onboarding: StatusesOverTime };
  /** Agents with the greatest live-update latency, the worst first. */
  readonly slowest: readonly SlowAgent[];
  /** What the run and others used of the machine; absent where time is simulated, and in data of older versions. */
  readonly machine?: MachineOverTime;
  /** The target's own metrics; absent where none were kept. */
  readonly scraped?: ScrapedMetrics;
  /** The latency of live updates by part of the run; absent during a run, and in data of older versions. */
  readonly parts?: LatencyByPart;
}

/**
 * `live_update_latency` by part of the run. Only the behaviours and spans with the most updates are in it, so that its
 * size has a bound.
 */
export interface LatencyByPart {
  /** In the order of the scenario. */
  readonly behaviours: readonly BehaviourLatency[];
  /** Span by span, in the order of the scenario. */
  readonly phases: readonly PhaseLatency[];
  /** How many behaviours with updates, and spans, are not in it. */
  readonly omitted: { readonly behaviours: number; readonly spans: number };
}

/**
 * The latency of the workers with a behaviour. Its columns have a value for each interval of {@link LatencyOverTime}.
 */
export interface BehaviourLatency {
  readonly behaviour: string;
  readonly count: readonly number[];
  /** Null in an interval without updates. */
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly curve: PercentileCurve;
}

/** The latency of the updates that were intended for a phase. */
export interface PhaseLatency {
  readonly phase: "before" | "during" | "after";
  readonly span: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
  /** Null without updates. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly curve: PercentileCurve;
}

/** How long ready threads waited for a core, and what was used of the machine, by interval. */
export interface MachineOverTime {
  /**
   * Whether the system measures these waits, or they are estimated from its load average, which is of a whole minute.
   * Absent in data of older versions.
   */
  readonly waits?: "measured" | "estimated";
  /** The cores that the process may use. */
  readonly cores: number;
  readonly startMs: readonly number[];
  readonly lengthMs: readonly number[];
  /** Of the time in which threads of the run were ready, the share in which they waited for a core. */
  readonly waitShare: readonly number[];
  /** The part of it for which others had the core. */
  readonly takenShare: readonly number[];
  /** CPU of the run and of others, in cores. */
  readonly ownCores: readonly number[];
  readonly othersCores: readonly number[];
}

/** Metrics that a target published, along time. */
export interface ScrapedMetrics {
  readonly url: string;
  /** When it was looked. */
  readonly atMs: readonly number[];
  readonly series: readonly {
    /** The name, with its labels. */
    readonly name: string;
    /**
     * What the values are: of a gauge, what a counter grew by a second, or the mean of what a histogram or a summary
     * took in.
     */
    readonly kind: "gauge" | "rate" | "mean";
    /** One for each time; null where nothing is known. */
    readonly values: readonly (number | null)[];
  }[];
  /** Looks that failed, and why the last one did. */
  readonly failed: number;
  readonly why?: string;
}

/** A span of the run that explains what the charts show. A moment begins and ends at the same time. */
export interface Phase {
  readonly kind: "arrivals" | "disconnects" | "drain" | "shutdown" | "fault";
  /** Two or three words. */
  readonly label: string;
  /** The full description, one line; absent when the label says everything. */
  readonly detail?: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Faults of one kind under simulated time, which are too many to be phases. */
export interface FaultMarks {
  readonly label: string;
  readonly count: number;
  /** The times of all of them, or of an evenly spaced subset that a chart can show. */
  readonly atMs: readonly number[];
}

/** `live_update_latency` along the time axis, without the intervals that have no samples. */
export interface LatencyOverTime {
  /** The length of every interval. */
  readonly lengthMs: number;
  readonly startMs: readonly number[];
  readonly count: readonly number[];
  readonly p50: readonly number[];
  readonly p90: readonly number[];
  /** Absent in data of older versions. */
  readonly p95?: readonly number[];
  readonly p99: readonly number[];
  readonly max: readonly number[];
  /** The rows of the heat map: row i has the latencies from `edgesMs[i]` up to `edgesMs[i + 1]`. */
  readonly edgesMs: readonly number[];
  /** For each interval, the number of latencies in each row. */
  readonly cells: readonly (readonly number[])[];
}

/** The percentiles that tables show. */
export const NAMED_PERCENTILES = [50, 75, 90, 95, 99, 99.9, 99.99];

/**
 * A distribution as HdrHistogram plots it: time by percentile, with percentiles that approach 100. It includes the
 * {@link NAMED_PERCENTILES}.
 */
export interface PercentileCurve {
  readonly name: string;
  readonly percent: readonly number[];
  readonly ms: readonly number[];
}

/** The number of agents in each status at each instant. */
export interface StatusesOverTime {
  readonly atMs: readonly number[];
  /** The statuses that any agent was in, in the order of an agent's lifecycle. */
  readonly series: readonly { readonly status: string; readonly agents: readonly number[] }[];
}

/** An agent with a slow live update, and its history. */
export interface SlowAgent {
  readonly agentId: string;
  /** Its final status. */
  readonly status: string;
  /** The latency of its slowest live update, from the intended time until it was taken. */
  readonly latencyMs: number;
  /** When that update was taken. */
  readonly atMs: number;
  /** Live updates taken for this agent. */
  readonly taken: number;
  /** Every status that it was in, with the time when it began, oldest first. */
  readonly history: readonly { readonly status: string; readonly atMs: number }[];
  /** When the task's code ended for it; absent when it did not end during the run. */
  readonly endedAtMs?: number;
  /** Why the task's code ended early, a few words; absent when it did not. */
  readonly ended?: string;
  /** Its events, when the run has a trace. */
  readonly sequence?: SequenceDiagram;
}
