/**
 * A scenario's workers written out one by one, with everything they do and when, instead of being drawn: what `simulate shrink`
 * leaves of a plan that fails, and what nobody wants to write by hand otherwise.
 */
import { z } from "zod";
import { count, duration, line, object } from "./fields.js";
import { MOST_WORKERS } from "./limits.js";
import type { PlannedAction, TaskPlan, WorkerPlan } from "./worker-plan.js";

const flag = z.boolean("must be true or false");

const actions = z
  .array(object({ at: duration, payloadBytes: count.default(0), duplicate: flag.default(false) }), "must be a list of live updates, each { at }")
  .describe("Live updates, each at its time since the start of the phase.");

const taskPlan = object({
  actions: actions.default([]),
  end: object({ kind: z.enum(["submit", "return", "silence"], 'must be "submit", "return" or "silence"'), at: duration }),
});

const worker = object({
  behaviour: line.default("written out").describe("What it is called in reports."),
  arriveAt: duration,
  qualifications: z.record(line, z.int("must be a whole number"), "must be a mapping of names to values").optional().describe("What it holds as the run begins."),
  onboarding: object({ actions: actions.default([]), submitAt: duration, passes: flag.default(true) }).optional(),
  task: taskPlan.optional(),
  disconnect: object({
    since: z.enum(["run", "task"], 'must be "run" or "task"'),
    at: duration,
    noticedAfter: duration.default(0),
    reconnect: object({ after: duration, task: taskPlan.optional() }).optional(),
  }).optional(),
});

/** The field `workers` of a scenario. */
export const cast = z
  .array(worker, "must be a list of workers")
  .min(1, "must have at least one worker")
  .max(MOST_WORKERS, `must be at most ${MOST_WORKERS} workers`)
  .describe("The workers one by one, instead of those that arrivals and behaviours would draw.");

/** Worker `index` of a scenario that writes its workers out. */
export function planOfCast(index: number, written: z.output<typeof worker>): WorkerPlan {
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

function disconnectOf({ reconnect, ...drop }: NonNullable<z.output<typeof worker>["disconnect"]>): NonNullable<WorkerPlan["disconnect"]> {
  if (reconnect === undefined) return drop;
  const { after, task } = reconnect;
  return { ...drop, reconnect: task === undefined ? { after } : { after, task } };
}

/** `plan` as a scenario writes it out. */
export function writtenOut({ behaviour, arriveAt, qualifications, onboarding, task, disconnect }: WorkerPlan): z.input<typeof worker> {
  return {
    behaviour,
    arriveAt: ms(arriveAt),
    ...(qualifications && { qualifications: { ...qualifications } }),
    ...(onboarding && { onboarding: { ...onboarding, actions: onboarding.actions.map(actionOut), submitAt: ms(onboarding.submitAt) } }),
    ...(task && { task: taskOut(task) }),
    ...(disconnect && {
      disconnect: {
        since: disconnect.since,
        at: ms(disconnect.at),
        noticedAfter: ms(disconnect.noticedAfter),
        ...(disconnect.reconnect && {
          reconnect: { after: ms(disconnect.reconnect.after), ...(disconnect.reconnect.task && { task: taskOut(disconnect.reconnect.task) }) },
        }),
      },
    }),
  };
}

function taskOut({ actions: all, end }: TaskPlan): z.input<typeof taskPlan> {
  return { actions: all.map(actionOut), end: { kind: end.kind, at: ms(end.at) } };
}

function actionOut({ at, payloadBytes, duplicate }: PlannedAction): z.input<typeof actions>[number] {
  return { at: ms(at), payloadBytes, ...(duplicate && { duplicate }) };
}

/** Whole microseconds have at most three decimals, so nothing is lost. */
function ms(time: number): string {
  return `${Number(time.toFixed(3))}ms`;
}
