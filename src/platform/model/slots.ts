/**
 * Which slot of the shared arena belongs to which agent, for one thread.
 *
 * The thread that first needs an agent's slot allocates it and sends its index to the other threads, in the message
 * that hands over the agent. They adopt it. From then on the handles in all of these threads are observers of one
 * agent.
 */
import { getOrCreate } from "../../vocabulary/index.js";
import type { Arena, Slot } from "../sync/index.js";

export interface SlotDirectory {
  /**
   * The slot of an agent; allocated if this thread knows none.
   * @param agentId as `getAgentId()` gives it: the prefix keeps onboarding agents and agents on units apart
   * @throws what `Arena.allocate` throws when the arena is full
   */
  slotOf(agentId: string): Slot;
  /** The slot of an agent, if this thread knows one. */
  find(agentId: string): Slot | undefined;
  /** Uses the slot that another thread allocated for the agent. Replaces an earlier entry. */
  adopt(agentId: string, slotIndex: number): void;
  /**
   * Removes the entry of the agent. The thread that allocated the slot frees it with `Arena.free` when no thread uses
   * it.
   */
  forget(agentId: string): void;
}

export function createSlotDirectory(arena: Arena): SlotDirectory {
  const slots = new Map<string, Slot>();
  return {
    slotOf: (agentId) => getOrCreate(slots, agentId, () => arena.allocate()),
    find: (agentId) => slots.get(agentId),
    adopt: (agentId, slotIndex) => void slots.set(agentId, arena.slot(slotIndex)),
    forget: (agentId) => void slots.delete(agentId),
  };
}
