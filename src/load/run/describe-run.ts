/** What a run is: the record that it writes before it starts, and the same parts of the files at its end. */
import { LATENCIES, type RunRecord, type Summary } from "../../results/index.js";
import { packageVersion } from "../../vocabulary/index.js";
import { formatHlog, type Measurements } from "../measure/index.js";
import { plannedWorkers, planHash, type LoadedScenario, type Plan } from "../scenario/index.js";

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

/** The part of a run's summary that does not depend on what came of it. */
export function identityOf(
  { runId, loaded, plan, options, reproduce }: Omit<RecordedRun, "target"> & { readonly options: Summary["options"] },
  startedAt: Date,
) {
  const { name, description } = loaded.scenario;
  const hash = planHash(plan);
  return {
    runId,
    scenario: { name, description },
    seed: String(plan.seed),
    plan: { hash, ...plannedWorkers(plan) },
    planHash: hash,
    options,
    reproduce,
    startedAt: startedAt.toISOString(),
  };
}

/** The log of a run's latencies. */
export function hlogOf(runId: string, startedAt: Date, measurements: Measurements): string {
  return formatHlog(measurements, {
    startEpochMs: startedAt.getTime(),
    comment: `crowdstorm ${packageVersion()}, run ${runId}`,
    divided: LATENCIES,
  });
}
