/** `simulate runs`: the runs that left their results, and how they ended. */
import type { CommandModule } from "yargs";
import { listRuns, type ListedRun } from "../../results/index.js";
import { plural } from "../../vocabulary/index.js";
import { examples } from "../shared/examples.js";
import { jsonOption, resultsOption } from "../shared/shared-options.js";
import { printJson, printLines, tellLines } from "../shared/handle-closed-stdout.js";

interface RunsArguments {
  readonly results: string;
  readonly json: boolean;
}

export const runsCommand: CommandModule<object, RunsArguments> = {
  command: "runs",
  describe: "List the runs that left their results, oldest first",
  builder: (yargs) =>
    yargs
      .option("results", resultsOption)
      .option("json", jsonOption)
      .epilogue(examples(["$0 runs", "a line each"], ["$0 runs --json", "for a program"])),
  handler({ results, json }) {
    const runs = listRuns(results);
    if (json) {
      printJson(runs.map(asData));
      return;
    }
    if (runs.length === 0) tellLines(`there is no run in ${results}`);
    printLines(...runs.map(describe));
  },
};

function asData({ runId, directory, summary, problem }: ListedRun) {
  if (summary === undefined) return { runId, directory, problem: problem ?? "no summary: it goes on, or was cut off" };
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
  if (summary === undefined) return `?  ${runId}  ${problem ?? "no summary: it goes on, or was cut off"}  ${directory}`;
  const { engine, plan, verdict } = summary;
  const outcome = verdict.passed ? "✓" : "✗";
  const time = engine === "virtual" ? "virtual time" : "real threads";
  return `${outcome}  ${runId}  ${time}, ${plural(plan.workers, "worker")}, exit ${verdict.exitCode}  ${directory}`;
}
