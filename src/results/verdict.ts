/** The verdict on a run and the exit code that goes with it. */
import { z } from "zod";
import type { InvariantResult } from "../load/check/index.js";
import type { LoadVerdict, ScheduleVerdict, ThresholdResult } from "../load/measure/index.js";
import { EXIT, formatAgainst, formatBound, formatCount, plural } from "../vocabulary/index.js";
import { formatObserved } from "./observed.js";

export const verdictSchema = z.object({
  passed: z.boolean(),
  /** 0 passed; 98 an invariant broke; 99 a threshold failed, or the load was not generated or its schedule not kept; 1 the run did not end by itself. */
  exitCode: z.union([
    z.literal(EXIT.ok),
    z.literal(EXIT.interrupted),
    z.literal(EXIT.invariant),
    z.literal(EXIT.threshold),
  ]),
  /** Everything that speaks against the run, a line each, the gravest first. */
  reasons: z.array(z.string()),
});
export type Verdict = z.infer<typeof verdictSchema>;

interface Facts {
  readonly end: { readonly how: "finished" | "interrupted" | "aborted"; readonly why: string | null };
  readonly invariants: readonly InvariantResult[];
  readonly thresholds: readonly ThresholdResult[];
  readonly load: LoadVerdict;
  readonly schedule: ScheduleVerdict;
}

/**
 * Judges a run. The gravest fact decides the exit code: a broken invariant (98) is wrong at any load and however the run
 * ended; then an interruption (1), after which the figures are those of half a run; then a failed threshold, a load that
 * was not generated or a schedule that was not kept (99). A run that a threshold aborted is a run with a failed threshold.
 */
export function judge({ end, invariants, thresholds, load, schedule }: Facts): Verdict {
  const broken = invariants.filter((invariant) => !invariant.held);
  const failed = thresholds.filter((threshold) => !threshold.passed);
  const cut = end.how === "interrupted";

  const reasons = broken.map(
    ({ id, violationCount, checked }) =>
      `invariant ${id} broke: ${plural(violationCount, "violation")}, ${formatCount(checked)} checked`,
  );
  if (end.how !== "finished") reasons.push(`the run was ${end.how}: ${end.why ?? "no reason given"}`);
  for (const { metric, expression, observed } of failed) {
    reasons.push(
      `threshold ${metric} ${expression} failed: ${observed === null ? "" : "observed "}${formatObserved({ metric, expression, observed })}`,
    );
  }
  if (!load.generated) reasons.push(`the load was not generated: ${load.why ?? "no reason given"}`);
  if (!schedule.kept) {
    reasons.push(
      schedule.slipP99Ms === null
        ? "the schedule was not kept: no slip was measured"
        : `the schedule was not kept: p99 of the slip is ${formatAgainst(schedule.slipP99Ms, schedule.boundMs)} ms, the bound is ${formatBound(schedule.boundMs)} ms`,
    );
  }
  const exitCode =
    broken.length > 0
      ? EXIT.invariant
      : cut
        ? EXIT.interrupted
        : failed.length > 0 || !load.generated || !schedule.kept || end.how === "aborted"
          ? EXIT.threshold
          : EXIT.ok;
  return { passed: exitCode === EXIT.ok, exitCode, reasons };
}

/** The exit code of the command that made this summary: 0, 1, 98 or 99, as {@link judge} has it. */
export function exitCodeOf(summary: { readonly verdict: Verdict }): Verdict["exitCode"] {
  return summary.verdict.exitCode;
}
