/** What can go wrong in a simulated run beside what its plan says. */
import type { Plan } from "../../scenario/index.js";
import type { Mailbox, Reactor } from "../../sync/index.js";
import type { Note } from "./watching.js";

/** Every fault is taken down with `note`. Times in ms. */
export interface Faults {
  /** The plan, in which some clients crash. */
  plan(plan: Plan): Plan;
  /** By how much longer the wake-up of who waits at this inbox or agent takes. */
  wakeDelay(name: string, note: Note): number;
  /** By how much longer the next group of writes takes. */
  commitDelay(note: Note): number;
  /** The inbox of this name, on the way to which packets can be late or lost. */
  channel(inbox: Mailbox, name: string, reactor: Reactor, note: Note): Mailbox;
}

export const noFaults: Faults = {
  plan: (plan) => plan,
  wakeDelay: () => 0,
  commitDelay: () => 0,
  channel: (inbox) => inbox,
};
