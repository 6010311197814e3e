/** From a scenario and a seed to what every simulated worker will do. */
import { at, type PlannedWorkers } from "../../vocabulary/index.js";
import { planOfExplicitWorker } from "./explicit-worker-plans.js";
import { formatDuration, toMicrosecond } from "./format-duration.js";
import type { Fault } from "./fault-schema.js";
import { behavioursOf, groupsOf, isClosed, lengthOf, scaledGroup, sizeOf } from "./load-groups.js";
import { MAX_MS, MAX_WORKERS } from "./scenario-limits.js";
import { planFaults } from "./plan-faults.js";
import { planGroup, type GroupPlan } from "./plan-group.js";
import { spansOf } from "./spans.js";
import type { Scenario } from "./scenario-schema.js";
import type { Plan, WorkerPlan } from "./worker-plan.js";

/** What a run may change in its scenario. */
export interface PlanOptions {
  /** A whole number, 0 or more. Left out: the scenario's. */
  readonly seed?: number | undefined;
  /**
   * How many workers arrive, 1 or more: scales the rates. In a closed model: the greatest number that is kept. Groups
   * share it in the ratio of the scenario. Left out: as in the scenario.
   */
  readonly workers?: number | undefined;
  /**
   * How long workers arrive, ms: stretches the stages of all groups, their start times and the windows. Left out: as in
   * the scenario.
   */
  readonly durationMs?: number | undefined;
}

/**
 * How many workers arrive in `scenario` as it stands; of a closed model, the greatest number that is kept. `--workers`
 * replaces it.
 */
export function workersOf(scenario: Scenario): number {
  return scenario.workers?.length ?? groupsOf(scenario).reduce((sum, { arrivals }) => sum + sizeOf(arrivals), 0);
}

/**
 * The workers of `scenario` as it stands, for reports. The sequence of a closed model is not known without its plan.
 */
export function scenarioWorkers(scenario: Scenario): PlannedWorkers {
  const workers = workersOf(scenario);
  const closed = scenario.workers === undefined ? groupsOf(scenario).filter(({ arrivals }) => isClosed(arrivals)) : [];
  if (closed.length === 0) return { workers };
  const atOnce = closed.reduce((sum, { arrivals }) => sum + sizeOf(arrivals), 0);
  const startMs = Math.min(...closed.map(({ startTime }) => startTime));
  const endMs = Math.max(...closed.map(({ startTime, arrivals }) => startTime + lengthOf(arrivals)));
  return { workers, closed: { atOnce, workers: atOnce, startMs, arrivalsMs: endMs - startMs } };
}

/**
 * How long workers arrive in `scenario`: until the stages of all groups are over, or its last explicit worker came, ms.
 */
export function arrivalsMsOf(scenario: Scenario): number {
  const ends =
    scenario.workers?.map(({ arriveAt }) => arriveAt) ??
    groupsOf(scenario).map(({ startTime, arrivals }) => startTime + lengthOf(arrivals));
  return ends.reduce((last, end) => Math.max(last, end), 0);
}

/** `faults` with windows that begin `factor` times as late and are as many times as long. */
export function scaledFaults(faults: readonly Fault[], factor: number): Fault[] {
  return faults.map((fault) => ({ ...fault, window: [fault.window[0] * factor, fault.window[1] * factor] }));
}

/** `scenario` with everything on the run's timeline `factor` times as long. */
function withScaledTimes(scenario: Scenario, factor: number): Scenario {
  const faults = scaledFaults(scenario.faults, factor);
  const scaled = groupsOf(scenario).map((group) => scaledGroup(group, factor));
  return {
    ...scenario,
    ...(scenario.groups === undefined
      ? scaled[0] && { arrivals: scaled[0].arrivals, behaviours: scaled[0].behaviours }
      : { groups: Object.fromEntries(scaled.map(({ name = "", ...group }) => [name, group])) }),
    faults,
    ...(scenario.shutdownAt !== undefined && { shutdownAt: scenario.shutdownAt * factor }),
  };
}

/**
 * `endMs`, the end of the planned events, rounded as in a plan.
 * @throws {RangeError} when the run would take too long
 */
function scheduleOf({ drainTimeout }: Scenario, endMs: number): number {
  if (endMs + drainTimeout <= MAX_MS) return toMicrosecond(endMs);
  throw new RangeError(
    `a run takes ${formatDuration(MAX_MS)} at most, its drain included, ` +
      `not ${formatDuration(toMicrosecond(endMs + drainTimeout))}`,
  );
}

/**
 * The events of the run as a whole, and the end of all planned events; those of workers end at `workersMs`.
 * @throws {RangeError} as {@link scheduleOf}
 */
function runEventsOf(
  scenario: Scenario,
  seed: number,
  workersMs: number,
): Pick<Plan, "scheduleMs" | "shutdownAt" | "faults" | "tags"> {
  const inOrder = planFaults(scenario.faults, seed);
  const faultTimes = inOrder.map(({ at }) => at);
  const faults = [...inOrder].sort((a, b) => a.at - b.at);
  const faultEnds = faults.map((fault) => fault.at + ("lasts" in fault ? fault.lasts : 0));
  return {
    scheduleMs: scheduleOf(scenario, Math.max(workersMs, ...faultEnds)),
    ...(scenario.shutdownAt !== undefined && { shutdownAt: toMicrosecond(scenario.shutdownAt) }),
    ...(faults.length > 0 && { faults }),
    tags: {
      // Explicit workers may have others.
      behaviours: [
        ...new Set([
          ...Object.keys(behavioursOf(scenario)),
          ...(scenario.workers ?? []).map(({ behaviour }) => behaviour),
        ]),
      ],
      spans: spansOf(scenario, faultTimes),
    },
  };
}

/** The plan of a scenario that lists its workers. */
function planExplicitWorkers(
  scenario: Scenario,
  explicit: NonNullable<Scenario["workers"]>,
  { seed = scenario.seed, workers, durationMs }: PlanOptions,
): Plan {
  if ((workers !== undefined && workers !== explicit.length) || durationMs !== undefined) {
    throw new RangeError("a scenario that lists its workers takes no other number of workers and no other duration");
  }
  const worker = (index: number, startMs?: number): WorkerPlan => {
    const written = explicit[index];
    if (written === undefined) throw new RangeError(`the plan has workers 0 to ${explicit.length - 1}, not ${index}`);
    return planOfExplicitWorker(index, written, startMs);
  };
  const arrivalsMs = arrivalsMsOf(scenario);
  const dropsMs = explicit.reduce(
    (last, { disconnect }) => Math.max(last, disconnect?.since === "run" ? disconnect.at : 0),
    0,
  );
  return {
    scenario: scenario.name,
    seed,
    workers: explicit.length,
    arrivalsMs,
    ...runEventsOf(scenario, seed, Math.max(arrivalsMs, dropsMs)),
    behaviourOf: (index) => worker(index).behaviour,
    arriveAt: (index) => worker(index).arriveAt,
    worker,
  };
}

/**
 * The plan of a run. Pure and cheap: workers' plans are derived on demand, so each worker thread builds the same plan
 * from the same arguments, which are plain data.
 * @throws {RangeError} when an option is out of its range.
 *
 * @example
 * ```ts
 * import { buildPlan, loadScenario } from "crowdstorm";
 *
 * const { scenario } = loadScenario("steady");
 * const few = buildPlan(scenario, { seed: 7, workers: 10 });
 * const more = buildPlan(scenario, { seed: 7, workers: 20 });
 * console.log(few.workers, more.workers); // 10 20
 * console.log(few.worker(3).behaviour === more.worker(3).behaviour); // true
 * ```
 */
export function buildPlan(scenario: Scenario, options: PlanOptions = {}): Plan {
  const { seed = scenario.seed, workers = workersOf(scenario), durationMs } = options;
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`seed must be a whole number, 0 or more, not ${seed}`);
  if (!Number.isSafeInteger(workers) || workers < 1)
    throw new RangeError(`workers must be a whole number, 1 or more, not ${workers}`);
  if (workers > MAX_WORKERS) throw new RangeError(`workers must be at most ${MAX_WORKERS}, not ${workers}`);
  if (durationMs !== undefined && !(durationMs > 0 && durationMs < Infinity)) {
    throw new RangeError(`durationMs must be above 0, not ${durationMs}`);
  }
  if (scenario.workers !== undefined) return planExplicitWorkers(scenario, scenario.workers, options);
  const used = durationMs === undefined ? scenario : withScaledTimes(scenario, durationMs / arrivalsMsOf(scenario));
  const groups = planGroups(
    used,
    seed,
    // In the ratio of the scenario as it stands: a duration changes neither it nor the number of workers.
    shares(
      workers,
      groupsOf(scenario).map(({ arrivals }) => sizeOf(arrivals)),
    ),
  );
  const total = groups.reduce((sum, group) => sum + group.workers, 0);
  if (total > MAX_WORKERS)
    throw new RangeError(
      `the groups have ${total} workers together, and a run can have ${MAX_WORKERS}: lower maxWorkers of those that keep a number`,
    );
  const groupOf = (index: number): GroupPlan => {
    const group = groups.findLast(({ first }) => first <= index);
    if (group !== undefined && Number.isSafeInteger(index) && index < total) return group;
    throw new RangeError(`the plan has workers 0 to ${total - 1}, not ${index}`);
  };
  const arrivalsMs = toMicrosecond(arrivalsMsOf(used));
  const closed = groups.flatMap((group) => group.closed ?? []);
  return {
    scenario: scenario.name,
    seed,
    workers: total,
    ...(closed.length > 0 && { closed }),
    arrivalsMs,
    ...runEventsOf(used, seed, Math.max(arrivalsMs, ...groups.map(({ lastMs }) => lastMs))),
    behaviourOf: (index) => groupOf(index).behaviourOf(index),
    arriveAt: (index) => groupOf(index).arriveAt(index),
    worker: (index, startMs) => groupOf(index).worker(index, startMs),
  };
}

/** The plans of the groups, which have these sizes. */
function planGroups(scenario: Scenario, seed: number, sizes: readonly number[]): GroupPlan[] {
  let first = 0;
  return groupsOf(scenario).map((group, nth) => {
    const plan = planGroup(scenario.task, scenario.qualifications, group, {
      seed,
      first,
      size: at(sizes, nth),
    });
    first += plan.workers;
    return plan;
  });
}

/** Whole numbers in the ratio of `weights` whose sum is `total`, each at least 1. */
function shares(total: number, weights: readonly number[]): number[] {
  if (total < weights.length)
    throw new RangeError(`workers must be at least ${weights.length}, one for each group, not ${total}`);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let weight = 0;
  let given = 0;
  return weights.map((own, nth) => {
    weight += own;
    // One is left for each of the later groups.
    const most = total - given - (weights.length - nth - 1);
    const share = Math.min(most, Math.max(1, Math.round((total * weight) / sum) - given));
    given += share;
    return share;
  });
}
