/**
 * Renders a schedule as a table: a column for each thread, a row for each time that a thread runs without interruption.
 */
import Table from "cli-table3";
import { scheduleLines, type ScheduleStep } from "./schedule.js";
import { at, printableData } from "../../vocabulary/index.js";

/** The steps as a table. `width`: characters of a line. */
export function renderSchedule(names: readonly string[], given: readonly ScheduleStep[], width = 120): string {
  const [threads, steps] = [printableData(names), printableData(given)];
  const column = Math.max(18, Math.floor((width - 8) / threads.length) - 1);
  // The head has the width of the columns. `colWidths` would truncate a longer cell, perhaps within a surrogate pair.
  const head = threads.map((name) => wrapped(name.padEnd(column - 2), column - 2).join("\n"));
  const table = new Table({ head: ["step", ...head], style: { head: [], border: [] } });
  const lines = scheduleLines(steps);
  for (let start = 0; start < lines.length; ) {
    const threadAt = (line: number): number => at(steps, at(lines, line).step).thread;
    const thread = threadAt(start);
    let end = start;
    while (end < lines.length && threadAt(end) === thread) end++;
    const shown = lines
      .slice(start, end)
      .flatMap(({ text, isCall }) => wrapped(isCall ? text : `  ${text}`, column - 2));
    const cells = threads.map((_name, place) => (place === thread ? shown.join("\n") : ""));
    let first = at(lines, start).step;
    while (first > 0 && at(steps, first - 1).thread === thread) first--;
    table.push([String(first + 1), ...cells]);
    start = end;
  }
  return table.toString();
}

/** Splits a line at spaces into lines of at most `width` characters, the later ones indented. */
function wrapped(line: string, width: number): string[] {
  const lines: string[] = [];
  // By code points: half of a surrogate pair cannot be shown.
  let rest = Array.from(line);
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const cut = space > 4 ? space : width;
    lines.push(rest.slice(0, cut).join(""));
    rest = Array.from(`    ${rest.slice(cut).join("").trimStart()}`);
  }
  return [...lines, rest.join("")];
}
