/**
 * Converts between a worker's plan and a worker listed in a scenario. Apart from the schema, which threads need not
 * load.
 */
import type { ExplicitWorker, ExplicitWorkerInput } from "./explicit-workers.js";
import type { PlannedAction, ReconnectPlan, TaskPlan, WorkerPlan } from "./worker-plan.js";

type ReconnectInput = NonNullable<NonNullable<ExplicitWorkerInput["disconnect"]>["reconnect"]>;

/** The plan of worker `index` of a scenario that lists its workers. `arriveAt`: as `startMs` of `Plan.worker`. */
export function planOfExplicitWorker(
  index: number,
  written: ExplicitWorker,
  arriveAt: number = written.arriveAt,
): WorkerPlan {
  const { behaviour, qualifications, onboarding, task } = written;
  const isOver = written.disconnect?.since === "run" && written.disconnect.at < arriveAt;
  const disconnect = isOver ? undefined : written.disconnect;
  return {
    index,
    behaviour,
    arriveAt,
    ...(qualifications && { qualifications }),
    ...(onboarding && { onboarding }),
    ...(task && { task }),
    ...(disconnect && { disconnect: disconnectOf(disconnect) }),
  };
}

function disconnectOf({
  reconnect,
  ...drop
}: NonNullable<ExplicitWorker["disconnect"]>): NonNullable<WorkerPlan["disconnect"]> {
  if (reconnect === undefined) return drop;
  const { after, task, flapping } = reconnect;
  return { ...drop, reconnect: { after, ...(task && { task }), ...(flapping && flapping.length > 0 && { flapping }) } };
}

/** A plan as a worker of a scenario. */
export function toScenarioWorker({
  behaviour,
  arriveAt,
  qualifications,
  onboarding,
  task,
  disconnect,
}: WorkerPlan): ExplicitWorkerInput {
  return {
    behaviour,
    arriveAt: durationText(arriveAt),
    ...(qualifications && { qualifications: { ...qualifications } }),
    ...(onboarding && {
      onboarding: {
        ...onboarding,
        actions: onboarding.actions.map(toScenarioAction),
        submitAt: durationText(onboarding.submitAt),
      },
    }),
    ...(task && { task: toScenarioTask(task) }),
    ...(disconnect && {
      disconnect: {
        since: disconnect.since,
        at: durationText(disconnect.at),
        detectionDelay: durationText(disconnect.detectionDelay),
        ...(disconnect.reconnect && { reconnect: toScenarioReconnect(disconnect.reconnect) }),
      },
    }),
  };
}

function toScenarioReconnect({ after, task, flapping }: ReconnectPlan): ReconnectInput {
  return {
    after: durationText(after),
    ...(task && { task: toScenarioTask(task) }),
    ...(flapping && {
      flapping: flapping.map((drop) => ({ online: durationText(drop.online), after: durationText(drop.after) })),
    }),
  };
}

function toScenarioTask({ actions: all, end }: TaskPlan): NonNullable<ExplicitWorkerInput["task"]> {
  return { actions: all.map(toScenarioAction), end: { kind: end.kind, at: durationText(end.at) } };
}

function toScenarioAction({
  at,
  payloadBytes,
  duplicate,
}: PlannedAction): NonNullable<NonNullable<ExplicitWorkerInput["task"]>["actions"]>[number] {
  return { at: durationText(at), payloadBytes, ...(duplicate && { duplicate }) };
}

/** Exact: whole microseconds have at most three decimals. */
function durationText(time: number): string {
  return `${Number(time.toFixed(3))}ms`;
}
