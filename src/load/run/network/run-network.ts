/** A run over a network, from the empty directory to the summary. */
import { suspend } from "../../../platform/sync/index.js";
import { createRunDirectory, hasBegun, removeRunDirectory } from "../../../results/index.js";
import type { FinishedRun } from "../finished-run.js";
import { finalizeNetworkRun } from "./finalize-network-run.js";
import type { LoadGenerators } from "./load-generators.js";
import { NetworkEngine, type NetworkRun } from "./network-engine.js";
import { runNetworkLifecycle } from "./network-lifecycle.js";
import type { TargetObserver } from "./target-observer.js";

/**
 * Carries out the plan against the target. Throws ResultsError when the run's directory cannot be made or written, and
 * ThreadDiedError when a thread died; none of `generators` is left behind in any case, nor is anything of a run that could not begin.
 */
export async function runNetwork(
  run: NetworkRun,
  observer: TargetObserver,
  generators: LoadGenerators,
): Promise<FinishedRun> {
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
