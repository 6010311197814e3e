/** Jobs of the kind `sweep`: blocks of seeds of one scenario, under simulated time. */
import { createSweepPool, type RunResult } from "../../load/run/index.js";
import { buildPlan, parseScenario, planHash, ScenarioError, type Scenario } from "../../load/scenario/index.js";
import { at } from "../../vocabulary/index.js";
import { RefusedJobError } from "../errors.js";
import type { JobKind } from "../job-kind.js";
import { blockSchema, type Block } from "../messages.js";
import { moduleFor } from "../modules.js";
import { MAX_BLOCK_SEEDS, sweepResultSchema, sweepSpecSchema, type SweepSpec } from "./sweep-messages.js";

export const sweepKind: JobKind<SweepSpec, Block, RunResult[]> = {
  spec: sweepSpecSchema,
  block: blockSchema(MAX_BLOCK_SEEDS, "seeds"),
  result: sweepResultSchema,
  blocksAtOnce: (threads) => threads,
  accept(spec, job, host) {
    // The module is not imported: the job has its values. But what it was computed from is known here.
    moduleFor(job, host);
    const scenario = scenarioOf(spec);
    const hash = hashOfFirst(scenario, spec);
    if (hash !== job.requires.planHash)
      throw new RefusedJobError(
        `the plan of seed ${spec.firstSeed} has the hash ${hash.slice(0, 12)}… here, ` +
          `the job needs ${String(job.requires.planHash).slice(0, 12)}…`,
      );
    const pool = createSweepPool(host.threads);
    const { workers, durationMs, mailbox, faultRates, thresholds } = spec;
    return {
      run: (block, signal) =>
        Promise.race([
          pool.run(
            { request: { scenario, mailbox, faultRates, thresholds }, planOptions: { workers, durationMs }, ...block },
            signal,
          ),
          pool.failed,
        ]),
      close: () => pool.destroy(),
    };
  },
};

/** The hash of the plan of the first seed. */
export function hashOfFirst(scenario: Scenario, { workers, durationMs, firstSeed: seed }: SweepSpec): string {
  return planHash(buildPlan(scenario, { workers, durationMs, seed }));
}

/** @throws {RefusedJobError} */
function scenarioOf({ scenario: { text, origin } }: SweepSpec): Scenario {
  try {
    return parseScenario(text, origin);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new RefusedJobError(`invalid scenario: ${at(error.problems, 0)}`, { cause: error });
  }
}
