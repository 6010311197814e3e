/** `simulate runs`: lists the runs under the results directory with their verdicts. */
import { ENGINE_LABELS, listRuns, OUTCOME_SIGNS, type ListedRun } from "../../results/index.js";
import { workersText } from "../../vocabulary/index.js";
import { logLines, printJson, printLines } from "../shared/handle-closed-stdout.js";

export interface RunsArguments {
  readonly results: string;
  readonly json: boolean;
}

export function handler({ results, json }: RunsArguments): void {
  const runs = listRuns(results);
  if (json) {
    printJson(runs.map(asData));
    return;
  }
  if (runs.length === 0) logLines(`there is no run in ${results}`);
  printLines(...runs.map(describe));
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
