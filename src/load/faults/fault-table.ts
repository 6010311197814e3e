/** The drawn faults of simulated time. This file imports nothing: the command line reads it for `--help`. */

/**
 * Every kind of fault, its default rate, and what it is. `namedRate` is the rate of a kind that is named without one,
 * if it differs.
 */
export const FAULTS = {
  late: { rate: 0.01, doc: "a packet is held up for 20 to 500 ms, and what follows of its subject with it" },
  lost: { rate: 0.01, doc: "a reply of the task's code never reaches its client" },
  repeated: { rate: 0.01, doc: "a client's live update arrives a second time, 20 to 500 ms later" },
  stall: { rate: 0.001, doc: "a wake-up comes 5 to 200 ms late, as after a garbage collection" },
  commit: { rate: 0.005, doc: "the database takes 10 to 500 ms longer for a group of writes" },
  crash: { rate: 0.02, doc: "a client crashes between its arrival and its planned end, and does not come back" },
  quit: { rate: 0.02, doc: "a worker leaves in the onboarding: one half gives the task back, the other just stops" },
  interrupt: { rate: 0, namedRate: 0.5, doc: "the run is interrupted at some time of its schedule or of its drain" },
} as const satisfies Record<string, { readonly rate: number; readonly namedRate?: number; readonly doc: string }>;
export type FaultKind = keyof typeof FAULTS;
export type FaultRates = Readonly<Record<FaultKind, number>>;
export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];
