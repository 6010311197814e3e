/** Finds the run that a command is to look at. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { listRuns, readSummary, RUN_FILES } from "../../results/index.js";
import { UsageError } from "./usage-error.js";

/**
 * The directory of `run`: its path, its id under `root`, or `last` for the run under `root` that was started last.
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
  throw new UsageError(`there is no run "${run}", neither here nor in ${root}; \`simulate runs\` lists them`);
}

/** Whether the run in `directory` is one under simulated time, as far as its files tell. @throws ResultsError when its summary cannot be read */
export function isSimulated(directory: string): boolean {
  if (existsSync(join(directory, RUN_FILES.trace))) return true;
  return isFinished(directory) && readSummary(directory).engine === "virtual";
}

/** Whether the run in `directory` has come to its end, whatever has befallen its files since. */
export function isFinished(directory: string): boolean {
  return existsSync(join(directory, RUN_FILES.summary));
}

/** The value of `--agent`. @throws UsageError when it cannot be the id of an agent */
export function agentFrom(text: string | undefined): string | undefined {
  if (text === "") throw new UsageError('--agent must be the id of an agent, such as 17 or onboarding_17, not ""');
  return text;
}
