/** Jobs of the kind `sweep`: blocks of seeds of one scenario, under simulated time. */
import { createSweepPool, type RunResult } from "../../load/run/index.js";
import { buildPlan, parseScenario, planHash, ScenarioError, type Scenario } from "../../load/scenario/index.js";
import { at } from "../../vocabulary/index.js";
import { RefusedJobError } from "../errors.js";
import type { JobKind } from "../job-kind.js";
import { moduleFor } from "../modules.js";
import {
  seedBlockSchema,
  sweepResultSchema,
  sweepSpecSchema,
  type SeedRange,
  type SweepSpec,
} from "./sweep-messages.js";

export const sweepKind: JobKind<SweepSpec, SeedRange, RunResult[]> = {
  spec: sweepSpecSchema,
  block: seedBlockSchema,
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
    const { mailbox, faultRates, thresholds } = spec;
    return {
      run: ({ first, last }, signal) =>
        Promise.race([
          pool.runBlock(
            { request: { scenario, mailbox, faultRates, thresholds }, planOptions: planOptionsOf(spec), first, last },
            signal,
          ),
          pool.failed,
        ]),
      close: () => pool.destroy(),
    };
  },
};

/** The options of the plan, without the seed. */
export function planOptionsOf({ workers, durationMs }: SweepSpec): { workers?: number; durationMs?: number } {
  return { ...(workers !== undefined && { workers }), ...(durationMs !== undefined && { durationMs }) };
}

/** The hash of the plan of the first seed. */
export function hashOfFirst(scenario: Scenario, spec: SweepSpec): string {
  return planHash(buildPlan(scenario, { ...planOptionsOf(spec), seed: spec.firstSeed }));
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
