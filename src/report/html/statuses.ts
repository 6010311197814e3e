/** The order in which statuses are shown: that of an agent's life, and the ends it can come to. */
export const STATUS_ORDER: readonly string[] = [
  "none",
  "accepted",
  "onboarding",
  "waiting",
  "in task",
  "completed",
  "approved",
  "returned",
  "timeout",
  "disconnect",
  "partner disconnect",
  "expired",
  "soft_rejected",
  "rejected",
];

/** The name of a status's colour in the style sheet. */
export function statusClass(status: string): string {
  return `status-${status.replaceAll(/[^a-z]/g, "-")}`;
}
