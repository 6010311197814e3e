/** A run of the main job. */
import { onWholeRun, type WholeRun } from "./whole-run.js";

/** The scenario of the main job when no other one is chosen. */
export const MAIN_SCENARIO = "disconnect-storm";

/** Which runs are measured. */
export interface MainJob {
  /** The root of the checkout whose `simulate` runs. */
  readonly root: string;
  /** The name or the path of the scenario. */
  readonly scenario: string;
}

/**
 * Runs the main job in a process of its own, and calls `use` with the finished run.
 * @param workers left out: those of the scenario
 * @throws WholeRunError
 */
export function runMainJob<T>(
  { root, scenario }: MainJob,
  workers: number | undefined,
  use: (run: WholeRun) => Promise<T> | T,
): Promise<T> {
  const number = workers === undefined ? [] : ["--workers", String(workers)];
  return onWholeRun(root, ["--scenario", scenario, ...number], use);
}
