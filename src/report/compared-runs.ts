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

/** What a comparison of one run with one run cannot tell: two sentences. */
export function oneRunText(): string {
  return (
    "One run on each side cannot tell a change from noise. " +
    `Use ${commandLine("compare", "BEFORE", "AFTER")} with directories of several runs.`
  );
}

/** How many runs there are on each side: a sentence. `needed`: how many are enough, when these are too few. */
export function sidesText({ before, now }: RunsASide, needed?: number): string {
  if (before === 1 && now === 1) return oneRunText();
  const sides = `${plural(before, "run")} before, ${plural(now, "run")} now`;
  return needed === undefined
    ? `${sides}.`
    : `${sides}: too few to tell a change from noise, expected ${needed} or more on each side.`;
}

/** "Excluded from the comparison: 2 runs."; undefined when there are none. */
export function excludedText(excluded: readonly ExcludedRun[]): string | undefined {
  return excluded.length === 0 ? undefined : `Excluded from the comparison: ${plural(excluded.length, "run")}.`;
}
