/** Between a worker's plan and the worker as a scenario writes it out. Without the schema, which every thread of a run would load for it. */
import type { ReadWorker, WrittenWorker } from "./cast.js";
import type { PlannedAction, ReconnectPlan, TaskPlan, WorkerPlan } from "./worker-plan.js";

type WrittenReconnect = NonNullable<NonNullable<WrittenWorker["disconnect"]>["reconnect"]>;

/** Worker `index` of a scenario that writes its workers out. */
export function planOfCast(index: number, written: ReadWorker): WorkerPlan {
  const { behaviour, arriveAt, qualifications, onboarding, task, disconnect } = written;
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
}: NonNullable<ReadWorker["disconnect"]>): NonNullable<WorkerPlan["disconnect"]> {
  if (reconnect === undefined) return drop;
  const { after, task, again } = reconnect;
  return { ...drop, reconnect: { after, ...(task && { task }), ...(again && again.length > 0 && { again }) } };
}

/** `plan` as a scenario writes it out. */
export function writtenOut({
  behaviour,
  arriveAt,
  qualifications,
  onboarding,
  task,
  disconnect,
}: WorkerPlan): WrittenWorker {
  return {
    behaviour,
    arriveAt: ms(arriveAt),
    ...(qualifications && { qualifications: { ...qualifications } }),
    ...(onboarding && {
      onboarding: { ...onboarding, actions: onboarding.actions.map(actionOut), submitAt: ms(onboarding.submitAt) },
    }),
    ...(task && { task: taskOut(task) }),
    ...(disconnect && {
      disconnect: {
        since: disconnect.since,
        at: ms(disconnect.at),
        noticedAfter: ms(disconnect.noticedAfter),
        ...(disconnect.reconnect && { reconnect: reconnectOut(disconnect.reconnect) }),
      },
    }),
  };
}

function reconnectOut({ after, task, again }: ReconnectPlan): WrittenReconnect {
  return {
    after: ms(after),
    ...(task && { task: taskOut(task) }),
    ...(again && { again: again.map((drop) => ({ online: ms(drop.online), after: ms(drop.after) })) }),
  };
}

function taskOut({ actions: all, end }: TaskPlan): NonNullable<WrittenWorker["task"]> {
  return { actions: all.map(actionOut), end: { kind: end.kind, at: ms(end.at) } };
}

function actionOut({
  at,
  payloadBytes,
  duplicate,
}: PlannedAction): NonNullable<NonNullable<WrittenWorker["task"]>["actions"]>[number] {
  return { at: ms(at), payloadBytes, ...(duplicate && { duplicate }) };
}

/** Whole microseconds have at most three decimals, so nothing is lost. */
function ms(time: number): string {
  return `${Number(time.toFixed(3))}ms`;
}
