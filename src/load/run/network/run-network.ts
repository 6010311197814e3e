/** A run over a network, from the empty directory to the summary. */
import { suspend } from "../../../platform/sync/index.js";
import { createRunDirectory, hasBegun, removeRunDirectory } from "../../../results/index.js";
import type { FinishedRun } from "../finished-run.js";
import { finalizeNetworkRun } from "./finalize-network-run.js";
import { NetworkEngine, type NetworkRun } from "./network-engine.js";
import { runNetworkLifecycle } from "./network-lifecycle.js";
import type { OpenedTarget } from "./open-target.js";

/** The run, without what the target says. */
export type NetworkRunOptions = Omit<NetworkRun, "target" | "dialectName" | "answersEach">;

/**
 * Carries out the plan against the target. Throws ResultsError when the run's directory cannot be made or written, and
 * ThreadDiedError when a thread died; none of `generators` is left behind in any case, nor is anything of a run that
 * could not begin.
 */
export async function runNetwork(
  options: NetworkRunOptions,
  { target, dialect, observer, generators }: OpenedTarget,
): Promise<FinishedRun> {
  const run: NetworkRun = {
    ...options,
    target,
    dialectName: dialect.name,
    answersEach: dialect.answersEach === true,
  };
  const directory = createRunDirectory(run.resultsRoot, run.runId);
  try {
    const engine = new NetworkEngine(run, directory, observer, generators);
    try {
      const end = await suspend(runNetworkLifecycle(engine));
      return { summary: finalizeNetworkRun(run, directory, engine, end), directory };
    } finally {
      await engine.destroy();
      observer.close();
    }
  } catch (error) {
    if (!hasBegun(directory)) removeRunDirectory(directory);
    throw error;
  }
}
