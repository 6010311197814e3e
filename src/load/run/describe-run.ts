/** The record that a run writes before it starts. */
import type { RunRecord } from "../../results/index.js";
import type { LoadedScenario, Plan } from "../scenario/index.js";

export interface RecordedRun {
  readonly runId: string;
  readonly loaded: LoadedScenario;
  readonly plan: Plan;
  readonly reproduce: string;
  readonly target?: { readonly address: { readonly url: string } };
}

/** `originMs`: the start of the run on its own clock. */
export function recordOf(
  { runId, loaded, plan, reproduce, target }: RecordedRun,
  originMs: number,
  startedAt: Date,
): RunRecord {
  const { seed, workers, scheduleMs } = plan;
  return {
    version: 1,
    runId,
    scenario: loaded.scenario.name,
    seed: String(seed),
    workers,
    scheduleMs,
    originMs,
    startedAt: startedAt.toISOString(),
    reproduce,
    pid: process.pid,
    ...(target !== undefined && { target: target.address.url }),
  };
}
