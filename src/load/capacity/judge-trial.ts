/** What a run says about its arrival rate. */
import { relative } from "node:path";
import { EXIT } from "../../vocabulary/index.js";
import { judge, mainTrend, viewpointOf, type CapacityTrial, type Summary, type Verdict } from "../../results/index.js";
import type { TrialOutcome } from "./next-trial.js";
import type { TrialRun } from "./trial-process.js";

/** What came of a trial, besides its rate and its time. */
export type JudgedTrial = Omit<CapacityTrial, "workers" | "rate" | "tookMs">;

/** What is not known of a trial without a summary. */
export const NO_FIGURES = {
  ...{ p50: null, p95: null, p99: null },
  ...{ cpuCores: null, slipP99Ms: null, peakLiveUnits: null },
} as const;

/** Judges the run of a trial of the search in `directory`. With `metric`, only the thresholds on it decide. */
export function judgeRun(
  { directory: runDirectory, summary, lastWords }: TrialRun,
  directory: string,
  metric: string | undefined,
): JudgedTrial {
  const run = runDirectory === undefined ? null : relative(directory, runDirectory);
  if (summary === undefined) return { run, outcome: "failed", reasons: [`the run died: ${lastWords}`], ...NO_FIGURES };
  const verdict = verdictFor(summary, metric);
  const trend = summary.trends[mainTrend(viewpointOf(summary))];
  return {
    run,
    outcome: outcomeOf(verdict),
    reasons: verdict.reasons.map(({ text }) => text),
    p50: trend?.p50 ?? null,
    p95: trend?.p95 ?? null,
    p99: trend?.p99 ?? null,
    cpuCores: summary.health.process.cpuCores,
    slipP99Ms: summary.schedule.slipP99Ms,
    peakLiveUnits: summary.peakLiveUnits ?? null,
  };
}

/**
 * The verdict of a run for the search. With `metric`, of all thresholds only those on that metric decide. Invariants,
 * the load and the schedule decide in any case: without them the run says nothing about its rate.
 */
export function verdictFor(summary: Summary, metric: string | undefined): Verdict {
  if (metric === undefined) return summary.verdict;
  return judge({
    ...summary,
    load: summary.load ?? { generated: true, why: null },
    thresholds: summary.thresholds.filter((threshold) => threshold.metric === metric),
  });
}

/**
 * The outcome of a trial with this verdict. A run that ended early, as its rate was too high for it, has failed. So has
 * a run whose load came late on a machine that others did not take: it is too much for this machine.
 */
export function outcomeOf({ exitCode, reasons }: Verdict): TrialOutcome {
  switch (exitCode) {
    case EXIT.ok:
      return "passed";
    case EXIT.invariant:
      return "broken";
    case EXIT.inconclusive:
      return reasons.some(({ code }) => code === "machine-busy") ? "inconclusive" : "failed";
    default:
      return "failed";
  }
}
