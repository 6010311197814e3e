/** Prints the rows of a replayed agent, with marks where an invariant broke. */
import type { Mark } from "../../load/check/index.js";
import { plural } from "../../vocabulary/index.js";

/** Rows around a mark, where not all rows are printed. */
const ROWS_BEFORE = 8;
const ROWS_AFTER = 4;

/** The rows: with `✗` where an invariant broke, `●` where something led to it, and the remark on a line below. */
export function markedRows(rows: readonly string[], marks: readonly Mark[]): string[] {
  if (marks.length === 0) return [...rows];
  return rows.flatMap((row, index) => {
    const own = marks.filter((mark) => mark.row === index);
    const sign = own.some(({ broke }) => broke) ? "✗" : own.length > 0 ? "●" : " ";
    return [`${sign} ${row}`, ...own.map(({ text }) => `    ▲ ${text}`)];
  });
}

/** The rows near the marks; the number of those that are left out stands in their place. */
export function rowsNearMarks(rows: readonly string[], marks: readonly Mark[]): string[] {
  const isNear = (index: number): boolean =>
    marks.some(({ row }) => index >= row - ROWS_BEFORE && index <= row + ROWS_AFTER);
  const lines: string[] = [];
  for (let index = 0; index < rows.length; ) {
    let end = index;
    while (end < rows.length && isNear(end) === isNear(index)) end++;
    const inside = marks.map((mark) => ({ ...mark, row: mark.row - index }));
    if (isNear(index)) lines.push(...markedRows(rows.slice(index, end), inside));
    else lines.push(`    (${plural(end - index, "event")})`);
    index = end;
  }
  return lines;
}
