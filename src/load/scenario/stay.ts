/**
 * How long a worker stays by its plan, if the platform answers at once. A worker whose task has to wait for partners
 * begins when the last of all workers could begin.
 */
import type { Scenario } from "./scenario-schema.js";
import type { OnboardingPlan, PlannedAction, TaskPlan, WorkerPlan } from "./worker-plan.js";

/** When a worker is there, ms from the start of the run. */
export interface Stay {
  readonly behaviour: string;
  /** When its onboarding is over: the start of its task. */
  readonly readyAt: number;
  /** How long it works after that, at most. */
  readonly most: number;
  /** How long it works after that, at least; absent where it can leave before: refused, too slow, or disconnected. */
  readonly least?: number;
  /** When its connection drops in a window of the run; absent when it does not. */
  readonly dropsAt?: number;
}

/** The waits of a task, or of an onboarding, for what a worker sends, ms. */
export interface Waits {
  /** Before each live update. */
  readonly updates: readonly number[];
  /** Before the submit, once the live updates are over; absent when there is no submit. */
  readonly submit?: number;
}

/** The waits for a worker that sends these live updates, and submits at `submitAt`. */
export function waitsFor(actions: readonly PlannedAction[], submitAt: number | undefined, isStatic = false): Waits {
  if (isStatic) return { updates: [], ...(submitAt !== undefined && { submit: submitAt }) };
  const times = actions.map(({ at }) => at);
  // A worker without live updates sends one that only marks the end of the live part.
  if (submitAt !== undefined && times.length === 0) times.push(submitAt);
  const last = times.at(-1);
  return {
    updates: times.map((time, index) => time - (times[index - 1] ?? 0)),
    ...(submitAt !== undefined && last !== undefined && { submit: submitAt - last }),
  };
}

/** The waits of the task for this work. */
export function waitsOf({ actions, end }: TaskPlan, { task }: Scenario): Waits {
  return waitsFor(actions, end.kind === "submit" ? end.at : undefined, task.blueprint === "static");
}

export function stayOf(worker: WorkerPlan, scenario: Scenario): Stay {
  const { behaviour, arriveAt, onboarding, task, disconnect } = worker;
  const readyAt = arriveAt + (onboarding?.submitAt ?? 0);
  const stay = { behaviour, readyAt, most: task === undefined ? 0 : longest(task, scenario) };
  if (disconnect === undefined) {
    const canLeaveBefore =
      task === undefined || scenario.task.qualifications.length > 0 || isTooSlow(onboarding, scenario);
    return canLeaveBefore ? stay : { ...stay, least: shortest(task, scenario) };
  }
  const { since, at, detectionDelay, reconnect } = disconnect;
  const dropping = since === "run" ? { ...stay, dropsAt: at } : stay;
  if (reconnect === undefined) return { ...dropping, most: stay.most + detectionDelay };
  const away = (reconnect.flapping ?? []).reduce((sum, { after }) => sum + after, reconnect.after);
  // Its agent continues when it is alive; otherwise the worker starts over.
  const again = (onboarding?.submitAt ?? 0) + (reconnect.task === undefined ? 0 : longest(reconnect.task, scenario));
  return { ...dropping, most: stay.most + away + again };
}

function isTooSlow(onboarding: OnboardingPlan | undefined, { task }: Scenario): boolean {
  if (onboarding === undefined) return false;
  const { updates, submit = 0 } = waitsFor(onboarding.actions, onboarding.submitAt);
  return updates.some((wait) => wait > task.liveUpdateTimeout) || submit > task.submissionTimeout;
}

function longest({ actions, end }: TaskPlan, { task }: Scenario): number {
  const busy = task.workTime * (actions.length + 1);
  return end.at + busy + (end.kind === "idle" ? Math.max(task.liveUpdateTimeout, task.submissionTimeout) : 0);
}

/** With the end of a worker that is too slow for the task. */
function shortest(plan: TaskPlan, scenario: Scenario): number {
  const { liveUpdateTimeout, submissionTimeout } = scenario.task;
  const { updates, submit } = waitsOf(plan, scenario);
  let at = 0;
  for (const wait of updates) {
    if (wait > liveUpdateTimeout) return at + liveUpdateTimeout;
    at += wait;
  }
  if (submit !== undefined) return at + Math.min(submit, submissionTimeout);
  return plan.end.kind === "idle" ? at : Math.min(plan.end.at, at + liveUpdateTimeout);
}
