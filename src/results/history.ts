/** The figures of many runs in the order of their starts, and where their levels changed. */
import type { Summary } from "./summary-schema.js";

/**
 * The most runs of a series. The search for changes takes time that grows with the square of their number: a figure
 * that has changed takes about half a second with so many.
 */
export const MAX_SERIES_RUNS = 300;

export interface RunHistory {
  /** Runs that can be compared with each other are a series. */
  readonly series: readonly HistorySeries[];
  /** Runs that are in no series, and the reason, one line. */
  readonly excluded: readonly { readonly directory: string; readonly why: string }[];
}

export interface HistorySeries {
  readonly scenario: string;
  /** What the runs of the series have in common, as far as other series of the scenario differ in it. */
  readonly facts: readonly string[];
  readonly runs: readonly HistoryRun[];
  /** How many older runs are left out: a series has the newest {@link MAX_SERIES_RUNS}. */
  readonly olderRuns: number;
  readonly figures: readonly HistoryFigure[];
}

export interface HistoryRun {
  readonly runId: string;
  readonly directory: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seed: string;
  /** The checkout that the run was started in; null where it is not known. */
  readonly commit: string | null;
  readonly branch: string | null;
  readonly outcome: Summary["verdict"]["outcome"];
  readonly exitCode: number;
  /** Why its figures are shown, but not used to find changes; null when they are used. */
  readonly unused: string | null;
}

export interface HistoryFigure {
  /** Such as `live_update_latency/p99`. */
  readonly name: string;
  readonly label: string;
  readonly unit: "ms" | "share" | "updates/s" | "cores";
  readonly better: "smaller" | "greater";
  /** One for each run; null where it was not measured. */
  readonly values: readonly (number | null)[];
  readonly changes: readonly HistoryChange[];
}

export interface HistoryChange {
  /** The index of the first run of the new level. */
  readonly run: number;
  /** The medians of the levels before and after. */
  readonly before: number;
  readonly after: number;
  readonly isWorse: boolean;
  /** The probability of such a difference without a change. */
  readonly p: number;
}
