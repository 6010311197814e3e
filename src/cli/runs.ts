/** `simulate runs`: the runs that left their results, and how they ended. */
import type { CommandModule } from "yargs";
import { listRuns, type ListedRun } from "../report/index.js";
import { resultsOption } from "./run-directory.js";

interface Arguments {
  readonly results: string;
  readonly json: boolean;
}

export const runsCommand: CommandModule<object, Arguments> = {
  command: "runs",
  describe: "List the runs that left their results, oldest first",
  builder: (yargs) =>
    yargs.option("results", resultsOption).option("json", { type: "boolean", default: false, describe: "As a JSON array" }),
  handler({ results, json }) {
    const runs = listRuns(results);
    if (json) {
      process.stdout.write(`${JSON.stringify(runs.map(asData), null, 2)}\n`);
      return;
    }
    for (const run of runs) process.stdout.write(`${describe(run)}\n`);
  },
};

function asData({ runId, directory, summary, problem }: ListedRun) {
  if (summary === undefined) return { runId, directory, problem: problem ?? "no summary: it goes on, or was cut off" };
  const { engine, scenario, seed, plan, verdict, traceHash, reproduce, startedAt } = summary;
  return { runId, directory, engine, scenario: scenario.name, seed, workers: plan.workers, startedAt, planHash: plan.hash, traceHash, verdict, reproduce };
}

function describe({ runId, directory, summary, problem }: ListedRun): string {
  if (summary === undefined) return `?  ${runId}  ${problem ?? "no summary: it goes on, or was cut off"}  ${directory}`;
  const { engine, plan, verdict } = summary;
  const outcome = verdict.passed ? "✓" : "✗";
  const time = engine === "virtual" ? "virtual time" : "real threads";
  return `${outcome}  ${runId}  ${time}, ${plan.workers} workers, exit ${verdict.exitCode}  ${directory}`;
}
