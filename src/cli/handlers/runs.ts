/** `simulate runs`: lists the runs under the results directory with their verdicts, or removes the old ones. */
import { rmSync } from "node:fs";
import {
  chooseRuns,
  ENGINE_LABELS,
  listRuns,
  OUTCOME_SIGNS,
  ResultsError,
  type ListedRun,
  type PrunedRun,
} from "../../results/index.js";
import { plural, whySystemFailed, workersText } from "../../vocabulary/index.js";
import { logLines, printAll, printJson, printLines } from "../shared/print.js";
import { wholeNumber } from "../shared/numeric-options.js";
import { UsageError } from "../shared/usage-error.js";

export interface RunsArguments {
  readonly results: string;
  readonly json: boolean;
  readonly prune: boolean;
  readonly keep?: string | undefined;
  readonly "dry-run": boolean;
}

export function handler(args: RunsArguments): void {
  const { results, json, prune, keep } = args;
  if (prune) {
    if (keep === undefined) throw new UsageError("--prune requires --keep, the number of the latest runs that stay");
    return pruneRuns(args, wholeNumber("keep", keep, 0));
  }
  if (keep !== undefined) throw new UsageError("--keep requires --prune");
  if (args["dry-run"]) throw new UsageError("--dry-run requires --prune");
  const runs = listRuns(results);
  if (json) {
    printJson(runs.map(asData));
    return;
  }
  if (runs.length === 0) logLines(`there is no run in ${results}`);
  printAll(runs.map(describe));
}

/** Removes all but the latest `keep` runs. Asks nothing. @throws ResultsError when one cannot be removed */
function pruneRuns({ results, json, "dry-run": isDry }: RunsArguments, keep: number): void {
  const chosen = chooseRuns(listRuns(results), keep);
  const [kept, old] = [chosen.filter((run) => run.kept !== undefined), chosen.filter((run) => run.kept === undefined)];
  for (const run of old) {
    if (!isDry) remove(run);
    if (!json) printLines(`${isDry ? "would remove" : "removed"} ${run.directory}`);
  }
  if (json)
    printJson(chosen.map(({ kept: why, ...run }) => ({ ...run, removed: why === undefined && !isDry, kept: why })));
  const what = isDry ? "would be removed" : "removed";
  logLines(`${plural(old.length, "run")} ${what}, ${plural(kept.length, "run")} kept in ${results}`);
}

function remove({ directory }: PrunedRun): void {
  try {
    rmSync(directory, { recursive: true });
  } catch (error) {
    throw new ResultsError(`cannot remove ${directory}: ${whySystemFailed(error)}`, { cause: error });
  }
}

const NO_SUMMARY = "no summary: the run is still running, or did not finish";

function asData({ runId, directory, summary, problem }: ListedRun) {
  if (summary === undefined) return { runId, directory, problem: problem ?? NO_SUMMARY };
  const { engine, scenario, seed, plan, verdict, traceHash, reproduce, startedAt } = summary;
  return {
    runId,
    directory,
    engine,
    scenario: scenario.name,
    seed,
    workers: plan.workers,
    startedAt,
    planHash: plan.hash,
    traceHash,
    verdict,
    reproduce,
  };
}

function describe({ runId, directory, summary, problem }: ListedRun): string {
  if (summary === undefined) return `?  ${runId}  ${problem ?? NO_SUMMARY}  ${directory}`;
  const { engine, plan, verdict } = summary;
  const outcome = OUTCOME_SIGNS[verdict.outcome];
  const time = ENGINE_LABELS[engine];
  return `${outcome}  ${runId}  ${time}, ${workersText(plan)}, exit ${verdict.exitCode}  ${directory}`;
}
