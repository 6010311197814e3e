/**
 * The class of a status's colour in the style sheet. The last status that a worker over a network was sent has the
 * colour of that status. The report's script imports this file, so it imports nothing.
 */
export function statusClass(status: string): string {
  return `status-${status.replace(/^last status sent: /, "").replaceAll(/[^a-z]/g, "-")}`;
}
