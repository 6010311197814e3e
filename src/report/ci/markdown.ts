/** Markdown as GitHub shows it in the summary of a job. */
import { printable } from "../../vocabulary/index.js";

/** Text that is shown as it is. */
export function plain(text: string): string {
  return (
    printable(text)
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      // An underscore within a word is no emphasis.
      .replace(/[\\`*[\]|~#@]|(?<!\w)_|_(?!\w)/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

/** Text as code: on one line, with as many backticks around it as it takes. In a cell of a table a bar has to be escaped even so. */
export function code(text: string): string {
  const line = printable(text);
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = longest > 0 ? " " : "";
  return fence + space + line + space + fence;
}

/** A table; cells are Markdown already. The columns at `numbers` stand at the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map((_, at) => (numbers.includes(at) ? "--:" : "---")).join("|")}|`, ...rows.map(line)];
}
