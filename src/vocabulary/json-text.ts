/** The text of a JSON file for people: indented, with a line break at its end. */
export function jsonText(data: unknown): string {
  return `${JSON.stringify(data, null, 2)}\n`;
}
