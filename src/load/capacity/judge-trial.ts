/** What a run says about its arrival rate. */
import { EXIT } from "../../vocabulary/index.js";
import { judge, type Summary, type Verdict } from "../../results/index.js";
import type { TrialOutcome } from "./next-trial.js";

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
