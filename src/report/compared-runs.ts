/** What a comparison of runs was made of, and what it can therefore not tell. */
import { commandLine, plural } from "../vocabulary/index.js";

/** The numbers of runs that are compared. */
export interface RunsASide {
  readonly before: number;
  readonly now: number;
}

/** A run that was left out of a comparison, and the reason: it could not be read, or it is inconclusive. */
export interface ExcludedRun {
  readonly directory: string;
  readonly why: string;
}

/** With fewer runs on a side no difference is significant (docs/performance.md). */
export const LEAST_RUNS_A_SIDE = 6;

/** How many runs there are on each side, and whether they can tell a change from noise: a sentence. */
export function sidesText({ before, now }: RunsASide): string {
  if (before === 1 && now === 1)
    return (
      "One run on each side cannot tell a change from noise. " +
      `Use ${commandLine("compare", "BEFORE", "AFTER")} with directories of several runs.`
    );
  const sides = `${plural(before, "run")} before, ${plural(now, "run")} now`;
  return isEnough({ before, now })
    ? `${sides}.`
    : `${sides}: fewer than ${LEAST_RUNS_A_SIDE} on a side cannot tell a change from noise.`;
}

/** Whether the runs can tell a change from noise. */
export function isEnough({ before, now }: RunsASide): boolean {
  return Math.min(before, now) >= LEAST_RUNS_A_SIDE;
}

/** "Excluded from the comparison: 2 runs."; undefined when there are none. */
export function excludedText(excluded: readonly ExcludedRun[]): string | undefined {
  return excluded.length === 0 ? undefined : `Excluded from the comparison: ${plural(excluded.length, "run")}.`;
}
