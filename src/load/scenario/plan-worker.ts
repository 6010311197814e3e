/**
 * From a group of a scenario and a seed to what each of its workers will do.
 *
 * A worker draws from streams of its own, one for each purpose, named by its index in its group. So a worker's plan
 * does not depend on the number of workers, on other groups or on the thread that derives it, and a change of the
 * onboarding leaves arrivals and tasks as they are.
 */
import { assert } from "../../vocabulary/index.js";
import type { Behaviour, Sending } from "./behaviour-schema.js";
import type { DistributionSpec } from "./distribution-spec.js";
import { toMicrosecond } from "./format-duration.js";
import { behaviourName, type LoadGroup } from "./load-groups.js";
import { sample, sampleCount, stream, type Random } from "./random.js";
import type { Scenario } from "./scenario-schema.js";
import type {
  DisconnectPlan,
  RepeatedDrop,
  OnboardingPlan,
  PlannedAction,
  TaskEnd,
  TaskPlan,
  WorkerPlan,
} from "./worker-plan.js";

/** The streams of a group. */
export type Streams = (purpose: string, ...names: readonly (string | number)[]) => Random;

/** Those of the group of this name; undefined: of a scenario without groups. */
export function streamsOf(seed: number, group: string | undefined): Streams {
  if (group === undefined) return (...names) => stream(seed, ...names);
  return (...names) => stream(seed, "group", group, ...names);
}

/** Plans the workers of a group. `own`: the number of a worker in its group. */
export interface WorkerPlanner {
  /** The name of its behaviour in the plan. */
  behaviourOf(own: number): string;
  /** Its plan when it begins at `arriveAt`, ms of the run. `index`: its number in the plan. */
  worker(own: number, index: number, arriveAt: number): WorkerPlan;
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
  own: number,
  streams: Streams,
): WorkerPlan["qualifications"] {
  const held = Object.entries(holdings).flatMap(([name, { share, value }]) => {
    const random = streams("qualification", name, own);
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

/** When the connection drops, or `undefined` when it does not. `startTime`: of the group, in whole microseconds. */
function dropOf(
  { window, perAction = 0 }: NonNullable<Behaviour["disconnect"]>,
  { startTime, arriveAt }: { readonly startTime: number; readonly arriveAt: number },
  task: TaskPlan | undefined,
  random: Random,
): Pick<DisconnectPlan, "since" | "at"> | undefined {
  if (window) {
    const sinceStart = toMicrosecond(sample({ kind: "uniform", min: window[0], max: window[1] }, random));
    const at = toMicrosecond(startTime + sinceStart);
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

/** Plans the drops of the connection of `worker`, whose plan is otherwise complete. `own`: its number in its group. */
function planDisconnect(
  behaviour: Behaviour,
  worker: WorkerPlan,
  own: number,
  { startTime, streams }: { readonly startTime: number; readonly streams: Streams },
): DisconnectPlan | undefined {
  if (behaviour.disconnect === undefined) return undefined;
  const { detectionDelay, reconnect } = behaviour.disconnect;
  const random = streams("disconnect", own);
  const drop = dropOf(behaviour.disconnect, { startTime, arriveAt: worker.arriveAt }, worker.task, random);
  if (drop === undefined) return undefined;
  const disconnect = { ...drop, detectionDelay };
  if (reconnect === undefined || random() >= reconnect.probability) return disconnect;
  const after = toMicrosecond(sample(reconnect.after, random));
  // A worker whose onboarding is planned to fail has no task, now or later.
  const task = worker.task && planTask(behaviour, streams("task after reconnect", own));
  const flapping = reconnect.flapping && planFlapping(reconnect.flapping, reconnect.after, streams("drops again", own));
  return {
    ...disconnect,
    reconnect: { after, ...(task && { task }), ...(flapping && flapping.length > 0 && { flapping }) },
  };
}

/** Picks by weight, in the order of the file. */
function behaviourChooser(behaviours: LoadGroup["behaviours"]): (share: number) => [string, Behaviour] {
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

/** Plans the workers of a group, whose start time is in whole microseconds. */
export function workerPlanner(
  { onboarding: onboarded }: Scenario["task"],
  holdings: Scenario["qualifications"],
  { name: group, startTime, behaviours }: LoadGroup,
  streams: Streams,
): WorkerPlanner {
  const choose = behaviourChooser(behaviours);
  const draw = (own: number): [string, Behaviour] => choose(streams("behaviour", own)());
  const worker = (own: number, index: number, arriveAt: number): WorkerPlan => {
    const [name, behaviour] = draw(own);
    const qualifications = planQualifications(holdings, own, streams);
    const onboarding = onboarded && planOnboarding(onboarded, streams("onboarding", own));
    const task = onboarding?.passes === false ? undefined : planTask(behaviour, streams("task", own));
    const staying: WorkerPlan = {
      index,
      behaviour: behaviourName(group, name),
      arriveAt,
      ...(qualifications && { qualifications }),
      ...(onboarding && { onboarding }),
      ...(task && { task }),
    };
    const disconnect = planDisconnect(behaviour, staying, own, { startTime, streams });
    return disconnect ? { ...staying, disconnect } : staying;
  };
  return { behaviourOf: (own) => behaviourName(group, draw(own)[0]), worker };
}
