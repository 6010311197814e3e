/**
 * Which slot of the shared arena belongs to which agent, as one thread knows it.
 *
 * The thread that first asks for an agent's slot allocates one and tells the others its index (in the message that tells them of the
 * agent); they adopt it. From then on handles in all of these threads are observers of one agent.
 */
import type { Arena, Slot } from "../sync/index.js";

export interface SlotDirectory {
  /**
   * The slot of an agent; allocated when this thread knows none.
   * @param agentId as `getAgentId()` gives it: the prefix keeps onboarding agents and agents on units apart
   * @throws what `Arena.allocate` throws when the arena is full
   */
  slotOf(agentId: string): Slot;
  /** The slot of an agent, if this thread knows one. */
  find(agentId: string): Slot | undefined;
  /** Uses the slot that another thread allocated for the agent. Replaces what this thread knew. */
  adopt(agentId: string, slotIndex: number): void;
  /** Drops what this thread knows of the agent. Whoever allocated the slot gives it back with `Arena.release`, once no thread uses it. */
  forget(agentId: string): void;
}

export function createSlotDirectory(arena: Arena): SlotDirectory {
  const slots = new Map<string, Slot>();
  return {
    slotOf(agentId) {
      let slot = slots.get(agentId);
      if (slot === undefined) {
        slot = arena.allocate();
        slots.set(agentId, slot);
      }
      return slot;
    },
    find: (agentId) => slots.get(agentId),
    adopt: (agentId, slotIndex) => void slots.set(agentId, arena.slot(slotIndex)),
    forget: (agentId) => void slots.delete(agentId),
  };
}
