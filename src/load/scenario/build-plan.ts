/**
 * From a scenario and a seed to what every simulated worker will do.
 *
 * A worker draws from streams of its own, one for each purpose, named by its index. So a worker's plan does not depend
 * on the number of workers or on the thread that derives it, and a change of the onboarding leaves arrivals and tasks
 * as they are.
 */
import { assert } from "../../vocabulary/index.js";
import { arrivalTimes, expectedArrivals } from "./arrivals.js";
import { planOfExplicitWorker } from "./explicit-worker-plans.js";
import type { DistributionSpec } from "./distribution-spec.js";
import { formatDuration, toMicrosecond } from "./format-duration.js";
import type { Fault } from "./fault-schema.js";
import { MAX_MS, MAX_WORKERS } from "./scenario-limits.js";
import { planFaults } from "./plan-faults.js";
import { sample, sampleCount, stream, type Random } from "./random.js";
import { spansOf } from "./spans.js";
import type { Behaviour, Scenario, Sending } from "./scenario-schema.js";
import type {
  DisconnectPlan,
  RepeatedDrop,
  OnboardingPlan,
  Plan,
  PlannedAction,
  TaskEnd,
  TaskPlan,
  WorkerPlan,
} from "./worker-plan.js";

/** What a run may change in its scenario. */
export interface PlanOptions {
  /** A whole number, 0 or more. Left out: the scenario's. */
  readonly seed?: number | undefined;
  /** How many workers arrive, 1 or more: scales the rates. Left out: as many as the scenario's rates bring. */
  readonly workers?: number | undefined;
  /**
   * How long the stages of arrivals last together, ms: stretches them and the windows. Left out: as in the scenario.
   */
  readonly durationMs?: number | undefined;
}

/** How many workers arrive in `scenario` as it stands. */
export function workersOf(scenario: Scenario): number {
  return scenario.workers?.length ?? Math.round(expectedArrivals(scenario.arrivals));
}

/** How long the stages of arrivals of `scenario` last together, or until its last explicit worker has arrived, ms. */
export function arrivalsMsOf({ arrivals, workers }: Scenario): number {
  if (workers !== undefined) return workers.reduce((last, { arriveAt }) => Math.max(last, arriveAt), 0);
  return arrivals.stages.reduce((sum, { duration }) => sum + duration, 0);
}

/** `scenario` with everything on the run's timeline `factor` times as long. */
function withScaledTimes(scenario: Scenario, factor: number): Scenario {
  const behaviours = Object.entries(scenario.behaviours).map(([name, behaviour]): [string, Behaviour] => {
    const { disconnect } = behaviour;
    if (disconnect?.window === undefined) return [name, behaviour];
    const [from, to] = disconnect.window;
    return [name, { ...behaviour, disconnect: { ...disconnect, window: [from * factor, to * factor] } }];
  });
  const stages = scenario.arrivals.stages.map(({ duration, target }) => ({ duration: duration * factor, target }));
  const faults = scenario.faults.map(
    (fault): Fault => ({ ...fault, window: [fault.window[0] * factor, fault.window[1] * factor] }),
  );
  return {
    ...scenario,
    arrivals: { ...scenario.arrivals, stages },
    behaviours: Object.fromEntries(behaviours),
    faults,
    ...(scenario.shutdownAt !== undefined && { shutdownAt: scenario.shutdownAt * factor }),
  };
}

/** `count` live updates, each after a time to think. */
function planActions(count: number, { thinkTime, payloadBytes, duplicates }: Sending, random: Random): PlannedAction[] {
  const actions: PlannedAction[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    at += sample(thinkTime, random);
    actions.push({
      at: toMicrosecond(at),
      payloadBytes: sampleCount(payloadBytes, random),
      duplicate: random() < duplicates,
    });
  }
  return actions;
}

/** What worker `index` holds as the run begins; undefined when it holds nothing. */
function planQualifications(
  holdings: Scenario["qualifications"],
  index: number,
  seed: number,
): WorkerPlan["qualifications"] {
  const held = Object.entries(holdings).flatMap(([name, { share, value }]) => {
    const random = stream(seed, "qualification", name, index);
    return random() < share ? [[name, sampleCount(value, random)] as const] : [];
  });
  return held.length === 0 ? undefined : Object.fromEntries(held);
}

const lastOf = (actions: readonly PlannedAction[]): number => actions.at(-1)?.at ?? 0;

function planOnboarding(onboarding: NonNullable<Scenario["task"]["onboarding"]>, random: Random): OnboardingPlan {
  const passes = random() < onboarding.passRate;
  const count = sampleCount(onboarding.actions, random);
  const actions = planActions(count, onboarding, random);
  return { actions, submitAt: toMicrosecond(lastOf(actions) + sample(onboarding.thinkTime, random)), passes };
}

function planTask(behaviour: Behaviour, random: Random): TaskPlan {
  const { actions: submitting, return: returning, idle } = behaviour;
  const planned = submitting ?? returning?.afterActions ?? idle?.afterActions;
  assert(planned !== undefined, "the schema asks for exactly one of actions, return and idle");
  const actions = planActions(sampleCount(planned, random), behaviour, random);
  const end = (kind: TaskEnd["kind"], after: number): TaskPlan => ({
    actions,
    end: { kind, at: toMicrosecond(lastOf(actions) + after) },
  });
  if (idle) return end("idle", 0);
  return end(returning ? "return" : "submit", sample(behaviour.thinkTime, random));
}

/** When the connection drops, or `undefined` when it does not. */
function dropOf(
  { window, perAction = 0 }: NonNullable<Behaviour["disconnect"]>,
  arriveAt: number,
  task: TaskPlan | undefined,
  random: Random,
): Pick<DisconnectPlan, "since" | "at"> | undefined {
  if (window) {
    const at = toMicrosecond(sample({ kind: "uniform", min: window[0], max: window[1] }, random));
    return at < arriveAt ? undefined : { since: "run", at };
  }
  if (task === undefined) return undefined;
  for (const [index, action] of task.actions.entries()) {
    if (random() >= perAction) continue;
    const next = task.actions[index + 1]?.at ?? task.end.at;
    return { since: "task", at: toMicrosecond(sample({ kind: "uniform", min: action.at, max: next }, random)) };
  }
  return undefined;
}

function planFlapping(
  { times, online }: { times: DistributionSpec; online: DistributionSpec },
  after: DistributionSpec,
  random: Random,
): RepeatedDrop[] {
  return Array.from({ length: sampleCount(times, random) }, () => ({
    online: toMicrosecond(sample(online, random)),
    after: toMicrosecond(sample(after, random)),
  }));
}

/** Plans the drops of the connection of `worker`, whose plan is otherwise complete. */
function planDisconnect(behaviour: Behaviour, worker: WorkerPlan, seed: number): DisconnectPlan | undefined {
  if (behaviour.disconnect === undefined) return undefined;
  const { detectionDelay, reconnect } = behaviour.disconnect;
  const random = stream(seed, "disconnect", worker.index);
  const drop = dropOf(behaviour.disconnect, worker.arriveAt, worker.task, random);
  if (drop === undefined) return undefined;
  const disconnect = { ...drop, detectionDelay };
  if (reconnect === undefined || random() >= reconnect.probability) return disconnect;
  const after = toMicrosecond(sample(reconnect.after, random));
  // A worker whose onboarding is planned to fail has no task, now or later.
  const task = worker.task && planTask(behaviour, stream(seed, "task after reconnect", worker.index));
  const flapping =
    reconnect.flapping && planFlapping(reconnect.flapping, reconnect.after, stream(seed, "drops again", worker.index));
  return {
    ...disconnect,
    reconnect: { after, ...(task && { task }), ...(flapping && flapping.length > 0 && { flapping }) },
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
    tags: { behaviours: behavioursOf(scenario), spans: spansOf(scenario, faultTimes) },
  };
}

/** The behaviours of the scenario, and those that only its explicit workers have. */
function behavioursOf({ behaviours, workers = [] }: Scenario): string[] {
  return [...new Set([...Object.keys(behaviours), ...workers.map(({ behaviour }) => behaviour)])];
}

/** Picks by weight, in the order of the file. */
function behaviourChooser(behaviours: Scenario["behaviours"]): (share: number) => [string, Behaviour] {
  const entries = Object.entries(behaviours);
  return (share) => {
    let below = 0;
    for (const entry of entries) {
      below += entry[1].weight;
      if (share < below) return entry;
    }
    // The rounded weights may sum to less than 1, so a share just below 1 can be above all of them.
    const last = entries.findLast(([, { weight }]) => weight > 0);
    if (last === undefined) throw new RangeError("the scenario has no behaviour with a weight above 0");
    return last;
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
  const worker = (index: number): WorkerPlan => {
    const written = explicit[index];
    if (written === undefined) throw new RangeError(`the plan has workers 0 to ${explicit.length - 1}, not ${index}`);
    return planOfExplicitWorker(index, written);
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
  const timeOf = arrivalTimes(used.arrivals);
  const choose = behaviourChooser(used.behaviours);

  const checkIndex = (index: number): void => {
    if (Number.isSafeInteger(index) && index >= 0 && index < workers) return;
    throw new RangeError(`the plan has workers 0 to ${workers - 1}, not ${index}`);
  };
  const arriveAt = (index: number): number => {
    checkIndex(index);
    return toMicrosecond(timeOf(stream(seed, "arrival", index)()));
  };
  const drawBehaviour = (index: number): [string, Behaviour] => choose(stream(seed, "behaviour", index)());

  const worker = (index: number): WorkerPlan => {
    const arrival = arriveAt(index);
    const [name, behaviour] = drawBehaviour(index);
    const qualifications = planQualifications(used.qualifications, index, seed);
    const onboarding = used.task.onboarding && planOnboarding(used.task.onboarding, stream(seed, "onboarding", index));
    const task = onboarding?.passes === false ? undefined : planTask(behaviour, stream(seed, "task", index));
    const staying: WorkerPlan = {
      index,
      behaviour: name,
      arriveAt: arrival,
      ...(qualifications && { qualifications }),
      ...(onboarding && { onboarding }),
      ...(task && { task }),
    };
    const disconnect = planDisconnect(behaviour, staying, seed);
    return disconnect ? { ...staying, disconnect } : staying;
  };

  const arrivalsMs = toMicrosecond(arrivalsMsOf(used));
  const windows = Object.values(used.behaviours).map(({ disconnect }) => disconnect?.window?.[1] ?? 0);
  return {
    scenario: scenario.name,
    seed,
    workers,
    arrivalsMs,
    ...runEventsOf(used, seed, Math.max(arrivalsMs, ...windows)),
    behaviourOf(index) {
      checkIndex(index);
      return drawBehaviour(index)[0];
    },
    arriveAt,
    worker,
  };
}
