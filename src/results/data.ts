/**
 * What the report's charts draw: `report.json` of a run, also embedded in its `report.html`. Plain data, compact: a column is an
 * array. Times are ms from the start of the run, rounded to a few digits. The page's script reads this file's types too, so it
 * imports no more than other such data.
 *
 * `version` changes when a field changes its meaning or goes.
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
  /** The target's own metrics; absent where none were kept. */
  readonly scraped?: ScrapedMetrics;
}

/** Metrics that a target published, along time. */
export interface ScrapedMetrics {
  readonly url: string;
  /** When it was looked. */
  readonly atMs: readonly number[];
  readonly series: readonly {
    /** The name, with its labels. */
    readonly name: string;
    /** What the values are: of a gauge, what a counter grew by a second, or the mean of what a histogram or a summary took in. */
    readonly kind: "gauge" | "rate" | "mean";
    /** One for each time; null where nothing is known. */
    readonly values: readonly (number | null)[];
  }[];
  /** Looks that failed, and why the last one did. */
  readonly failed: number;
  readonly why?: string;
}

/** A span of the run, or a moment where it begins and ends at once, that explains what the charts show. */
export interface Phase {
  readonly kind: "arrivals" | "disconnects" | "drain" | "shutdown" | "fault";
  /** Two or three words. */
  readonly label: string;
  /** All of it, one line; absent when the label is. */
  readonly detail?: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Faults of one kind under simulated time, where there are too many for a phase each. */
export interface FaultMarks {
  readonly label: string;
  readonly count: number;
  /** When: of all of them, or of an even choice of so many as a chart can show. */
  readonly atMs: readonly number[];
}

/** `live_update_latency` along the time axis. Intervals in which nothing was recorded are left out. */
export interface LatencyOverTime {
  /** The length of every interval. */
  readonly lengthMs: number;
  readonly startMs: readonly number[];
  readonly count: readonly number[];
  readonly p50: readonly number[];
  readonly p90: readonly number[];
  readonly p99: readonly number[];
  readonly max: readonly number[];
  /** The rows of the heat map: row i holds latencies from `edgesMs[i]` up to `edgesMs[i + 1]`. */
  readonly edgesMs: readonly number[];
  /** For every interval, how many latencies fell into each row. */
  readonly cells: readonly (readonly number[])[];
}

/** The percentiles that figures are given of. */
export const NAMED_PERCENTILES = [50, 75, 90, 95, 99, 99.9, 99.99];

/** A distribution as HdrHistogram plots it: time by percentile, percentiles ever closer to 100; those of {@link NAMED_PERCENTILES} among them. */
export interface PercentileCurve {
  readonly name: string;
  readonly percent: readonly number[];
  readonly ms: readonly number[];
}

/** How many agents were in each status at each instant. */
export interface StatusesOverTime {
  readonly atMs: readonly number[];
  /** Statuses that some agent was in, in the order of an agent's life; final ones last. */
  readonly series: readonly { readonly status: string; readonly agents: readonly number[] }[];
}

/** An agent one of whose live updates took long, and its life. */
export interface SlowAgent {
  readonly agentId: string;
  /** Its final status. */
  readonly status: string;
  /** Its slowest live update: intended to be sent → taken. */
  readonly latencyMs: number;
  /** When that update was taken. */
  readonly atMs: number;
  /** Live updates taken for this agent. */
  readonly taken: number;
  /** Every status it was in and since when, oldest first. */
  readonly history: readonly { readonly status: string; readonly atMs: number }[];
  /** When the task's code ended for it; absent when it had not by the end of the run. */
  readonly endedAtMs?: number;
  /** Why the task's code ended early, a few words; absent when it did not. */
  readonly ended?: string;
  /** Everything that happened to it, where the run left a trace. */
  readonly sequence?: SequenceDiagram;
}
