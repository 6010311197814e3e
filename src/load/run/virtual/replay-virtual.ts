/** Repeats a simulated run from its directory, and compares each event with its trace. */
import { join } from "node:path";
import { openDatabase } from "../../../platform/db/index.js";
import type { RunEvidence } from "../../check/index.js";
import { RUN_FILES } from "../../../results/index.js";
import { buildPlan, loadScenario } from "../../scenario/index.js";
import { compareWithTrace, DivergenceError, type Divergence } from "../../../replay/trace/index.js";
import { faultsOf } from "../../faults/index.js";
import { identityOf } from "./run-identity.js";
import { VirtualRun, WRITES_PER_COMMIT } from "./virtual-run.js";

/** Steps between two turns of the event loop. */
const STEPS_AT_ONCE = 2000;

export type ReplayOutcome =
  | { readonly kind: "same"; readonly events: number; readonly hash: string; readonly evidence: RunEvidence }
  | { readonly kind: "diverged"; readonly divergence: Divergence };

/**
 * Repeats the run of `directory` in memory. Throws TraceError or ScenarioError when its files cannot be read, and the
 * error of the run if it fails again.
 */
export async function replayVirtual(directory: string, yieldToEventLoop: () => Promise<void>): Promise<ReplayOutcome> {
  const path = join(directory, RUN_FILES.trace);
  const comparison = compareWithTrace(path);
  const { planOptions, mailbox, faultRates } = identityOf(comparison.header, path);
  const { scenario } = loadScenario(join(directory, RUN_FILES.scenario));
  const plan = buildPlan(scenario, planOptions);
  const database = openDatabase(":memory:", { writesPerCommit: WRITES_PER_COMMIT });
  try {
    const run = new VirtualRun({
      scenario,
      planOptions,
      plan,
      mailbox,
      database,
      runDir: directory,
      faults: faultsOf(plan.seed, faultRates),
      sink: (event) => comparison.write(event),
    });
    while (!run.advance(STEPS_AT_ONCE)) await yieldToEventLoop();
    const { evidence } = run.result();
    const { events, hash } = comparison.end();
    return { kind: "same", events, hash, evidence };
  } catch (error) {
    const divergence = divergenceIn(error);
    if (divergence === undefined) throw error;
    return { kind: "diverged", divergence };
  } finally {
    database.close();
  }
}

/** A divergence is thrown in the part of the run that made the event, which may have wrapped the error. */
function divergenceIn(error: unknown): Divergence | undefined {
  if (error instanceof DivergenceError) return error.divergence;
  return error instanceof Error && error.cause !== undefined ? divergenceIn(error.cause) : undefined;
}
