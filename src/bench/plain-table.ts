/** A table of text without lines. Spaces separate its columns. */
import Table from "cli-table3";

type Alignment = "left" | "right";

const SIDES = ["top", "bottom", "left", "right", "mid"];
const CORNERS = ["top-mid", "top-left", "top-right", "bottom-mid", "bottom-left", "bottom-right"];
const JOINTS = ["left-mid", "mid-mid", "right-mid"];
const NO_LINES = Object.fromEntries([...SIDES, ...CORNERS, ...JOINTS].map((place) => [place, ""]));

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
