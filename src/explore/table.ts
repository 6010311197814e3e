/** A schedule as a table to be read: a column a thread, time downwards, a row for each stretch that a thread runs. */
import Table from "cli-table3";
import type { Step } from "./schedule.js";

/** Renders the steps. `width`: characters of a line. */
export function renderSchedule(threads: readonly string[], steps: readonly Step[], width = 120): string {
  const column = Math.max(18, Math.floor((width - 8) / threads.length) - 1);
  const table = new Table({
    head: ["step", ...threads],
    colWidths: [6, ...threads.map(() => column)],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (let start = 0; start < steps.length; ) {
    const thread = steps[start]?.thread ?? 0;
    let end = start;
    while (end < steps.length && steps[end]?.thread === thread) end++;
    const lines = steps.slice(start, end).flatMap(({ begins, text }) => [
      ...begins.map((name) => `▸ ${name}`),
      ...(text === "" ? [] : [`  ${text}`]),
    ]);
    if (lines.length > 0) table.push([String(start + 1), ...threads.map((_name, at) => (at === thread ? lines.join("\n") : ""))]);
    start = end;
  }
  return table.toString();
}
