/** The kinds of faults. */

/** Faults of a scenario: of threads, real or simulated, their database and their clock. */
export const THREAD_FAULT_KINDS = [
  "kill-thread",
  "pause-thread",
  "stall-database",
  "jump-clock",
  "delay-wakeups",
  "drop-wakeups",
] as const;
export type ThreadFaultKind = (typeof THREAD_FAULT_KINDS)[number];
