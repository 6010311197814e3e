/** The page of a failing schedule of the explorer: `schedule.html`, beside `schedule.json`. */
import {
  framesOf,
  scheduleLines,
  type FailingSchedule,
  type ScheduleLine,
  type ScheduleStep,
} from "../../explore/index.js";
import { getOrCreate, own, plural } from "../../vocabulary/index.js";
import { renderSequencePage } from "../../report/index.js";
import type { SequenceDiagram, SequenceArrow, SequenceBar, SequenceRow } from "../../results/index.js";

/** `command` replays the schedule. */
export function renderSchedulePage(failure: FailingSchedule, steps: readonly ScheduleStep[], command: string): string {
  const { program, mailbox, problems, contextSwitches, fewest, outcomes } = failure;
  return renderSequencePage({
    title: `${program}, ${mailbox} mailbox`,
    problems: problems.map((problem) => [problem, ...framesOf(failure, problem)].join(" ")),
    facts: [
      plural(contextSwitches, "context switch", "context switches"),
      fewest ? "the fewest that show it" : "the fewest found",
      plural(steps.length, "step"),
    ],
    command: { label: "Replay it", text: command },
    outcomes: Object.fromEntries(
      Object.entries(outcomes).map(([thread, outcome]) => [thread, JSON.stringify(outcome)]),
    ),
    sequence: sequenceOf(failure, steps),
  });
}

/** A row for each line of the schedule, with the number of its step. */
function sequenceOf({ threads, problems, outcomes }: FailingSchedule, steps: readonly ScheduleStep[]): SequenceDiagram {
  const rows: SequenceRow[] = [];
  const bars: SequenceBar[] = [];
  const arrows: SequenceArrow[] = [];
  /** By thread: the row where its wait began. */
  const waiting = new Map<number, number>();
  /** By thread: the row that woke it, until its next row. */
  const wokenBy = new Map<number, number>();
  /** The rows of one thread without a context switch. */
  let stretch: { thread: number; from: number } | undefined;
  const endStretch = (): void => {
    if (stretch !== undefined)
      bars.push({ column: stretch.thread, from: stretch.from, to: rows.length - 1, kind: "runs" });
  };

  const lines = new Map<number, ScheduleLine[]>();
  for (const line of scheduleLines(steps)) getOrCreate(lines, line.step, () => []).push(line);
  steps.forEach(({ thread, waits, wakes = [] }, step) => {
    for (const { text, isCall } of lines.get(step) ?? []) {
      if (stretch?.thread !== thread) {
        endStretch();
        stretch = { thread, from: rows.length };
      }
      rows.push({ column: thread, at: String(step + 1), text, ...(isCall && { kind: "call" as const }) });
    }
    const row = rows.length - 1;
    if (waits === "begins") waiting.set(thread, row);
    if (waits === "ends") {
      const from = waiting.get(thread);
      if (from !== undefined) bars.push({ column: thread, from, to: row, kind: "waits" });
      waiting.delete(thread);
      const waker = wokenBy.get(thread);
      if (waker !== undefined) arrows.push({ from: waker, to: row });
      wokenBy.delete(thread);
    }
    for (const woken of wakes) wokenBy.set(woken, row);
  });
  endStretch();
  for (const [thread, from] of wokenBy) arrows.push({ from, to: { column: thread } });
  const end = rows.length + problems.length - 1;
  for (const [column, from] of waiting) bars.push({ column, from, to: end + 1, kind: "waits" });
  for (const problem of problems)
    rows.push({
      column: columnOf(problem, threads, outcomes) ?? rows.at(-1)?.column ?? 0,
      at: "end",
      text: `✗ ${problem}`,
      kind: "bad",
    });
  return { columns: threads, rows, bars, arrows };
}

/** The thread that a problem names, or that returned the error that it names; undefined when there is none. */
function columnOf(
  problem: string,
  threads: readonly string[],
  outcomes: FailingSchedule["outcomes"],
): number | undefined {
  const [what = ""] = problem.split(" ");
  const word = (name: string): RegExp =>
    new RegExp(`(^|[^\\w-])${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}([^\\w-]|$)`);
  const named = threads.findIndex((name) => word(name).test(problem));
  const returned = threads.findIndex(
    (name) => what.length > 3 && JSON.stringify(own(outcomes, name) ?? "").includes(what),
  );
  return [named, returned].find((at) => at >= 0);
}
