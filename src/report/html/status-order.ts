/** How statuses are shown. */

/** The name of a status's colour in the style sheet. */
export function statusClass(status: string): string {
  return `status-${status.replaceAll(/[^a-z]/g, "-")}`;
}
