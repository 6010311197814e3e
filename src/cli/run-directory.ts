/** Finds the run that a command is to look at. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { listRuns } from "../report/index.js";
import { UsageError } from "./errors.js";

/** The options of every command that takes a run. */
export const resultsOption = { type: "string", requiresArg: true, default: "results", describe: "Where the runs' directories are" } as const;

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
