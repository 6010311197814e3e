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

/** Faults of a scenario between the router and the backend or the clients, in router mode (`--listen`). */
export const NETWORK_FAULT_KINDS = [
  "repeat-packets",
  "delay-packets",
  "lose-packets",
  "reorder-packets",
  "close-backend",
  "stale-statuses",
  "half-open-sockets",
  "ignore-heartbeats",
  "second-tab",
] as const;
export type NetworkFaultKind = (typeof NETWORK_FAULT_KINDS)[number];

const networkKinds: ReadonlySet<string> = new Set(NETWORK_FAULT_KINDS);

/** Whether a fault is one of the network, and not one of threads, database and clock. */
export function isNetworkFault<F extends { readonly kind: string }>(
  fault: F,
): fault is Extract<F, { readonly kind: NetworkFaultKind }> {
  return networkKinds.has(fault.kind);
}
