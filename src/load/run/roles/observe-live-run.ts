/** Measures client IO and the worker pool. */
import type { LiveRunObserver } from "../../../platform/live/index.js";
import { behaviourOfWorker, noteBehaviour } from "./agent-behaviours.js";
import type { RoleContext } from "./role.js";

export function observeLiveRun({
  recorder,
  plan,
  run,
}: Pick<RoleContext, "recorder" | "plan" | "run">): LiveRunObserver {
  return {
    count: (name) => recorder.count(name),
    gauge: (name, value) => recorder.gauge(name, value),
    trend: (name) => recorder.trend(name),
    ofWorker: (name) => recorder.ofBehaviour(behaviourOfWorker(plan, name)),
    agentHandedOver: (name, slot) => noteBehaviour(run.agentBehaviours, slot, plan, name),
  };
}
