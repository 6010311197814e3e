/**
 * Which behaviour the worker of an agent has, by the agent's slot. The thread that admits the agent writes it, and the
 * thread that runs its task reads it as it takes the agent over: the message between them comes after the write.
 */
import type { ArenaSizes } from "../../../platform/sync/index.js";
import { at } from "../../../vocabulary/index.js";
import type { Recorder, SampledWorker, WorkerRecorder } from "../../measure/index.js";
import { workerIndexOf, workerIndexOfRegistration } from "../../workers/index.js";
import type { Plan } from "../../scenario/index.js";

/** By slot, the number of the behaviour in the plan's tags, from 1; 0: of no worker of the plan. */
export type AgentBehaviours = Uint16Array;

/** In shared memory. */
export function newAgentBehaviours({ slots }: Pick<ArenaSizes, "slots">): AgentBehaviours {
  return new Uint16Array(new SharedArrayBuffer(slots * Uint16Array.BYTES_PER_ELEMENT));
}

/** `worker`: that has the agent in this slot; undefined for one that is not of the plan. */
export function noteBehaviour(
  behaviours: AgentBehaviours,
  slot: number,
  plan: Plan,
  worker: SampledWorker | undefined,
): void {
  behaviours[slot] = worker === undefined ? 0 : plan.tags.behaviours.indexOf(worker.behaviour) + 1;
}

/** The name of the behaviour of the agent in this slot. */
export function behaviourInSlot(behaviours: AgentBehaviours, slot: number, plan: Plan): string | undefined {
  return plan.tags.behaviours[at(behaviours, slot) - 1];
}

/** The worker with this name; undefined for one that is not of the plan, such as a person. */
export function plannedWorker(plan: Plan, workerName: string): SampledWorker | undefined {
  return workerOfIndex(plan, workerIndexOf(workerName));
}

/** The worker with this registration. `prefix`: of the registrations of the run. */
export function registeredWorker(plan: Plan, registrationId: string, prefix: string): SampledWorker | undefined {
  return workerOfIndex(plan, workerIndexOfRegistration(registrationId, prefix));
}

function workerOfIndex(plan: Plan, index: number | undefined): SampledWorker | undefined {
  return index === undefined || index >= plan.workers
    ? undefined
    : { worker: index, behaviour: plan.behaviourOf(index) };
}

/** Where to record what is of this worker, or of none. */
export function recorderOfWorker(recorder: Recorder, worker: SampledWorker | undefined): WorkerRecorder {
  return recorder.ofBehaviour(worker?.behaviour, worker && (() => worker));
}
