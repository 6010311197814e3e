/**
 * Which behaviour the worker of an agent has, by the agent's slot. The thread that admits the agent writes it, and the
 * thread that runs its task reads it as it takes the agent over: the message between them comes after the write.
 */
import type { ArenaSizes } from "../../../platform/sync/index.js";
import { at } from "../../../vocabulary/index.js";
import { workerIndexOf, workerIndexOfRegistration } from "../../workers/index.js";
import type { Plan } from "../../scenario/index.js";

/** By slot, the number of the behaviour in the plan's tags, from 1; 0: of no worker of the plan. */
export type AgentBehaviours = Uint16Array;

/** In shared memory. */
export function newAgentBehaviours({ slots }: Pick<ArenaSizes, "slots">): AgentBehaviours {
  return new Uint16Array(new SharedArrayBuffer(slots * Uint16Array.BYTES_PER_ELEMENT));
}

export function noteBehaviour(behaviours: AgentBehaviours, slot: number, plan: Plan, workerName: string): void {
  const behaviour = behaviourOfWorker(plan, workerName);
  behaviours[slot] = behaviour === undefined ? 0 : plan.tags.behaviours.indexOf(behaviour) + 1;
}

/** The name of the behaviour of the agent in this slot. */
export function behaviourInSlot(behaviours: AgentBehaviours, slot: number, plan: Plan): string | undefined {
  return plan.tags.behaviours[at(behaviours, slot) - 1];
}

/** The behaviour of the worker with this name; undefined for one that is not of the plan, such as a person. */
export function behaviourOfWorker(plan: Plan, workerName: string): string | undefined {
  return behaviourOf(plan, workerIndexOf(workerName));
}

/** The behaviour of the worker with this registration. `prefix`: of the registrations of the run. */
export function behaviourOfRegistration(plan: Plan, registrationId: string, prefix: string): string | undefined {
  return behaviourOf(plan, workerIndexOfRegistration(registrationId, prefix));
}

function behaviourOf(plan: Plan, index: number | undefined): string | undefined {
  return index === undefined || index >= plan.workers ? undefined : plan.behaviourOf(index);
}
