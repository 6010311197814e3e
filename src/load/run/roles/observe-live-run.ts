/** Measures client IO and the worker pool. */
import type { LiveRunObserver } from "../../../platform/live/index.js";
import { noteBehaviour, plannedWorker, recorderOfWorker } from "./agent-behaviours.js";
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
    ofWorker: (name) => recorderOfWorker(recorder, plannedWorker(plan, name)),
    agentHandedOver(name, slot, agentId) {
      const worker = plannedWorker(plan, name);
      noteBehaviour(run.agentBehaviours, slot, plan, worker);
      // Its client may leave before it is given the agent's id.
      if (worker !== undefined) recorder.know({ ...worker, agentId });
    },
  };
}
