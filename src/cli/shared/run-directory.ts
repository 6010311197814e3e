/** Finds the run for a command. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { isFinished, isRun, listRuns, readRunRecord, readSummary, RUN_FILES } from "../../results/index.js";
import { commandLine } from "../../vocabulary/index.js";
import { invalidValue, UsageError } from "./usage-error.js";

/**
 * The directory of `run`: its path, its id under `root`, or `last` for the latest run under `root`.
 * @throws {UsageError} when there is none
 */
export function findRun(run: string, root: string): string {
  if (run === "last") {
    const last = listRuns(root).at(-1);
    if (last === undefined) throw new UsageError(`there is no run in ${root}`);
    return last.directory;
  }
  for (const path of run === "" ? [] : [run, join(root, run)]) {
    if (existsSync(path) && statSync(path).isDirectory()) return path;
  }
  throw new UsageError(
    `there is no run "${run}", neither here nor in ${root}; \`${commandLine("runs")}\` lists the runs`,
  );
}

/** @throws UsageError when `directory` is not that of a run */
export function requireRun(directory: string): void {
  if (!isRun(directory)) throw new UsageError(`${directory} is not a run: it has neither a summary nor a database`);
}

/** Whether the run in `directory` is virtual, by its files. @throws ResultsError when its summary cannot be read */
export function isSimulated(directory: string): boolean {
  if (existsSync(join(directory, RUN_FILES.trace))) return true;
  return isFinished(directory) && readSummary(directory).engine === "virtual";
}

/**
 * The command that starts the run in `directory` again when it is a run over a network, whether it finished or not.
 * @throws ResultsError when its summary or its record cannot be read
 */
export function commandOfNetworkRun(directory: string): string | undefined {
  if (isFinished(directory)) {
    const { engine, reproduce } = readSummary(directory);
    return engine === "network" ? reproduce : undefined;
  }
  const record = readRunRecord(directory);
  return record?.target === undefined ? undefined : record.reproduce;
}

/** The value of `--agent`. @throws UsageError when it cannot be the id of an agent */
export function agentFrom(text: string | undefined): string | undefined {
  if (text === "") throw invalidValue("--agent", text, "the id of an agent, such as 17 or onboarding_17");
  return text;
}
