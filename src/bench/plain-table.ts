/** A table of text without lines: nothing but blanks between its columns. */
import Table from "cli-table3";

type Alignment = "left" | "right";

const NO_LINES = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ].map((place) => [place, ""]),
);

export function plainTable(head: string[], colAligns: Alignment[], rows: readonly string[][]): string {
  const table = new Table({
    head,
    colAligns,
    chars: { ...NO_LINES, middle: "  " },
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows);
  return table.toString();
}
