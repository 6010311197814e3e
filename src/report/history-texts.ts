/** Texts about the history of runs, for the terminal and the page. */
import type { HistoryChange, HistoryFigure, HistoryRun, HistorySeries } from "../results/index.js";
import { at, changeOf, formatCount, formatMs, plural } from "../vocabulary/index.js";

/** "steady: 12 runs, 2026-01-05 to 2026-03-02 · number of workers: 200". */
export function seriesHeading({ scenario, facts, runs, olderRuns }: HistorySeries): string {
  const [first, last] = [dayOf(at(runs, 0)), dayOf(at(runs, runs.length - 1))];
  const days = first === last ? first : `${first} to ${last}`;
  const all = plural(runs.length + olderRuns, "run");
  const shown = olderRuns === 0 ? all : `the newest ${formatCount(runs.length)} of ${all}`;
  return [`${scenario}: ${shown}, ${days}`, ...facts].join(" · ");
}

/** Which runs were shown, but not used. */
export function unusedText({ runs }: HistorySeries): string[] {
  const unused = runs.filter((run) => run.unused !== null);
  if (unused.length === 0) return [];
  return [`${formatCount(unused.length)} of ${plural(runs.length, "run")} not used to find changes`];
}

/** A figure with its unit. */
export function figureText(value: number, unit: HistoryFigure["unit"]): string {
  if (unit === "ms") return `${formatMs(value)} ms`;
  if (unit === "share") return `${(value * 100).toFixed(2)} %`;
  return unit === "cores"
    ? `${value.toFixed(2)} cores`
    : `${value >= 100 ? formatCount(value) : value.toFixed(1)} ${unit}`;
}

/** The first and the latest figure of the runs that are used. */
export function latestOf(
  { values }: HistoryFigure,
  { runs }: HistorySeries,
): { readonly first: number | undefined; readonly latest: number | undefined } {
  const used = values.filter((value, index): value is number => value !== null && at(runs, index).unused === null);
  return { first: used[0], latest: used.at(-1) };
}

/** "2.10 ms → 2.95 ms (+40 %) at 3f2a91c44d, 2026-03-02, p = 0.001". */
export function changeText(change: HistoryChange, { unit }: HistoryFigure, { runs }: HistorySeries): string {
  const { before, after, run, p } = change;
  const where = at(runs, run);
  const levels = `${figureText(before, unit)} → ${figureText(after, unit)} (${changeOf(before, after)})`;
  return `${levels} at ${runName(where)}, ${dayOf(where)}, p = ${p.toFixed(3)}`;
}

/** The commit of a run, shortened; without one, its id. */
export function runName({ commit, runId }: HistoryRun): string {
  return commit?.slice(0, 10) ?? runId;
}

/** The day of its start, UTC. */
export function dayOf({ startedAt }: HistoryRun): string {
  return startedAt.slice(0, 10);
}
