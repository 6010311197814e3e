/** Markdown for the summary of a GitHub job. */
import { printable } from "../../vocabulary/index.js";

/** Text without markup. */
export function plain(text: string): string {
  return (
    printable(text)
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      // An underscore within a word does not mark emphasis.
      .replace(/[\\`*[\]|~#@]|(?<!\w)_|_(?!\w)/g, (character) => `&#${character.charCodeAt(0)};`)
  );
}

/** Text as code on one line, between enough backticks. A bar still has to be escaped in the cell of a table. */
export function code(text: string): string {
  const line = printable(text);
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = longest > 0 ? " " : "";
  return fence + space + line + space + fence;
}

/** A table. The cells are Markdown. The columns at the indices `numbers` are aligned at the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map((_, at) => (numbers.includes(at) ? "--:" : "---")).join("|")}|`, ...rows.map(line)];
}
