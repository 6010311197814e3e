/** The verdict on a run, and its exit code. */
import { z } from "zod";
import type { InvariantResult } from "../load/check/index.js";
import type { LoadVerdict, ScheduleVerdict, ThresholdResult } from "../load/measure/index.js";
import { EXIT, formatAgainst, formatBound, formatCount, plural } from "../vocabulary/index.js";
import { observedText } from "./observed.js";

export const verdictSchema = z.object({
  passed: z.boolean(),
  /** 0: passed; 1: interrupted; 98: an invariant broke; 99: a threshold, the load or the schedule failed. */
  exitCode: z.union([
    z.literal(EXIT.ok),
    z.literal(EXIT.interrupted),
    z.literal(EXIT.invariant),
    z.literal(EXIT.threshold),
  ]),
  /** The reasons why the run did not pass, a line each, the most severe first. */
  reasons: z.array(z.string()),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** What {@link judge} judges: the parts of a summary, or what they are made of. */
interface Facts {
  readonly end: { readonly how: "finished" | "interrupted" | "aborted"; readonly why: string | null };
  readonly invariants: readonly (Pick<InvariantResult, "held" | "violationCount" | "checked"> & {
    readonly id: string;
  })[];
  readonly thresholds: readonly (Omit<ThresholdResult, "metric"> & { readonly metric: string })[];
  readonly load: LoadVerdict;
  readonly schedule: ScheduleVerdict;
  /** Those that made the load, where it was not this process alone. */
  readonly machines?: readonly { readonly name: string; readonly schedule: ScheduleVerdict }[] | undefined;
}

/**
 * Judges a run. The most severe failure decides the exit code. A broken invariant (98) is a defect at any load and
 * however the run ended. Next is an interruption (1): the figures cover only a part of the run. Then come a failed
 * threshold, a load that was not generated and a schedule that was not kept, by all or by one machine (99). A run that a threshold
 * aborted has a failed threshold.
 */
export function judge({ end, invariants, thresholds, load, schedule, machines = [] }: Facts): Verdict {
  const broken = invariants.filter((invariant) => !invariant.held);
  const failed = thresholds.filter((threshold) => !threshold.passed);

  const reasons = broken.map(
    ({ id, violationCount, checked }) =>
      `invariant ${id} broke: ${plural(violationCount, "violation")}, ${formatCount(checked)} checked`,
  );
  if (end.how !== "finished") reasons.push(`the run was ${end.how}: ${end.why ?? "no reason given"}`);
  for (const threshold of failed)
    reasons.push(`threshold ${threshold.metric} ${threshold.expression} failed: ${observedText(threshold)}`);
  if (!load.generated) reasons.push(`the load was not generated: ${load.why ?? "no reason given"}`);
  const behind = machines.filter((machine) => !machine.schedule.kept);
  for (const { name, schedule: own } of behind) reasons.push(slipReason(own, ` on machine ${name}`));
  if (!schedule.kept && behind.length === 0) reasons.push(slipReason(schedule));
  const keptSchedule = schedule.kept && behind.length === 0;
  const exitCode =
    broken.length > 0
      ? EXIT.invariant
      : end.how === "interrupted"
        ? EXIT.interrupted
        : failed.length > 0 || !load.generated || !keptSchedule || end.how === "aborted"
          ? EXIT.threshold
          : EXIT.ok;
  return { passed: exitCode === EXIT.ok, exitCode, reasons };
}

function slipReason({ slipP99Ms, boundMs }: ScheduleVerdict, where = ""): string {
  const slip = `p99 of the slip is ${formatAgainst(slipP99Ms, boundMs)} ms, the bound is ${formatBound(boundMs)} ms`;
  return `the schedule was not kept${where}: ${slipP99Ms === null ? "no slip was measured" : slip}`;
}

/** The exit code of the command that wrote this summary: 0, 1, 98 or 99, as {@link judge} decides. */
export function exitCodeOf(summary: { readonly verdict: Verdict }): Verdict["exitCode"] {
  return summary.verdict.exitCode;
}
