/** The faults of simulated time. This file imports nothing: the command line reads it for `--help`. */

/** Every kind of fault, how often it happens unless told otherwise, and what it is. */
export const FAULTS = {
  late: { rate: 0.01, doc: "a packet is held up for 20 to 500 ms, and what follows of its subject with it" },
  lost: { rate: 0.01, doc: "a reply of the task's code never reaches its client" },
  repeated: { rate: 0.01, doc: "a client's live update arrives a second time, 20 to 500 ms later" },
  stall: { rate: 0.001, doc: "who was to be woken is held up for 5 to 200 ms, as by a garbage collection" },
  commit: { rate: 0.005, doc: "the database takes 10 to 500 ms longer for a group of writes" },
  crash: { rate: 0.02, doc: "a client crashes between its arrival and its planned end, and does not come back" },
  quit: { rate: 0.02, doc: "a worker leaves in the onboarding: one half gives the task back, the other just stops" },
} as const;
export type FaultKind = keyof typeof FAULTS;
export type FaultRates = Readonly<Record<FaultKind, number>>;
export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];
