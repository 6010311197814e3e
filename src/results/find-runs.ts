/** The directories of runs anywhere below a directory, such as that of several artifacts. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CAPACITY_FILES } from "./capacity.js";
import { isFinished } from "./run-record.js";
import { cannotRead } from "./results-error.js";
import { whySystemFailed } from "../vocabulary/index.js";

/** How deep runs are looked for: an artifact in a folder of artifacts has them three levels down. */
const MOST_LEVELS = 8;

/**
 * The directories with a summary at or below `root`, by their paths. Hidden folders, links and `node_modules` are not
 * searched, nor are the trials of a search for a capacity.
 * @throws ResultsError when `root` cannot be read
 */
export function findFinishedRuns(root: string): string[] {
  return within(root, MOST_LEVELS, true);
}

function within(directory: string, levels: number, isRoot: boolean): string[] {
  if (isFinished(directory)) return [directory];
  if (levels === 0 || existsSync(join(directory, CAPACITY_FILES.result))) return [];
  let entries;
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (isRoot) throw cannotRead(directory, whySystemFailed(error), error);
    return [];
  }
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => within(join(directory, name), levels - 1, false));
}
