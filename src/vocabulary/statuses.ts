/**
 * The statuses of agents and units, as the database stores them. The CHECK constraints of its schema are made from
 * these lists, so that no other status can be written.
 */

/** All statuses of an agent or an onboarding agent, in the order of its lifecycle. */
export const AGENT_STATUSES = [
  "none",
  "accepted",
  "onboarding",
  "waiting",
  "in task",
  "completed",
  "disconnect",
  "timeout",
  "partner disconnect",
  "expired",
  "returned",
  "approved",
  "soft_rejected",
  "rejected",
] as const;

/** A status of an agent or an onboarding agent. */
export type AgentStatus = (typeof AGENT_STATUSES)[number];

/**
 * The statuses in which an agent's work has ended (the original's `AgentState.complete()`).
 * `partner disconnect` is not one of them: such an agent still has to be notified and paid.
 */
export const FINAL_STATUSES: ReadonlySet<AgentStatus> = new Set<AgentStatus>([
  "completed",
  "disconnect",
  "timeout",
  "expired",
  "returned",
  "soft_rejected",
  "approved",
  "rejected",
]);

/**
 * Whether an agent's work has ended in `status`, which may be any text: a platform outside tells what it likes.
 *
 * @example
 * ```ts
 * import { AGENT_STATUSES, isFinal } from "crowdstorm";
 *
 * console.log(isFinal("timeout"), isFinal("partner disconnect")); // true false
 * console.log(AGENT_STATUSES.filter(isFinal).length); // 8
 * ```
 */
export function isFinal(status: string): boolean {
  return (FINAL_STATUSES as ReadonlySet<string>).has(status);
}

/** All statuses of a unit, in the order of its lifecycle (Mephisto's `AssignmentState`). */
export const UNIT_STATUSES = [
  "created",
  "launched",
  "assigned",
  "completed",
  "accepted",
  "soft_rejected",
  "rejected",
  "expired",
] as const;

/** A status of a unit. Only a `launched` unit can be reserved. */
export type UnitStatus = (typeof UNIT_STATUSES)[number];
