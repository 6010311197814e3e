/** The class of a status's colour in the style sheet. The report's script imports this file, so it imports nothing. */
export function statusClass(status: string): string {
  return `status-${status.replaceAll(/[^a-z]/g, "-")}`;
}
