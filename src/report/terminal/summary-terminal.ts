/**
 * The summary for a terminal, with all columns from a width of 90 on. The verdict and the broken invariants come first.
 * Colour only repeats what the text says, so that the text without colour is complete.
 */
import { Chalk, type ChalkInstance } from "chalk";
import {
  bar,
  formatCount,
  formatMs,
  formatElapsed,
  formatShare,
  plural,
  sparkline,
  commandLine,
  wrap,
  printable,
  printableData,
} from "../../vocabulary/index.js";
import {
  byFrequency,
  countersOf,
  invariantOutcome,
  latenciesOf,
  OUTCOME_SIGNS,
  reasonOf,
  stagesOf,
} from "../../results/index.js";
import type { Summary } from "../../results/index.js";
import {
  carriedOutTexts,
  cpuTexts,
  describeViolation,
  isMachineSound,
  joinSections,
  latenessText,
  machineFacts,
  machineTexts,
  OUTCOME_COLOURS,
  outcomeText,
  outputText,
  runFacts,
  runNotes,
  thresholdOutcome,
} from "../run-texts.js";

import type { Division } from "../tagged-parts.js";
import { CELL_WIDTH, inCells, LABEL_WIDTH, latencyTable, roomFor } from "./latency-table.js";
import { taggedSections } from "./tagged-terminal.js";

export interface RenderOptions {
  /** Whether to use colour. The caller knows whether it writes to a terminal, and the value of NO_COLOR. */
  readonly color: boolean;
  /** The number of columns; at least 48 are used. */
  readonly width: number;
  /** The run's directory, which the last line names. */
  readonly directory: string;
  /** What the figures are divided by too; left out: nothing. */
  readonly by?: readonly Division[] | undefined;
}

const MIN_WIDTH = 48;
const SLOWEST = "  ◀ slowest";
/** Between two columns of counts. */
const GAP = "   ";
const VIOLATIONS_SHOWN = 3;
/** What a line of a threshold takes beside the name of the metric. */
const THRESHOLD_WIDTH = 56;

/**
 * The summary as text, ending with a line break.
 *
 * @example
 * ```ts
 * import { renderSummary, runScenario } from "crowdstorm";
 *
 * const { summary, directory } = await runScenario("steady", { engine: "virtual", workers: 20 });
 * const text = renderSummary(summary, { color: false, width: 100, directory });
 * console.log(text.split("\n")[0]?.trimEnd()); // ✓ PASSED  steady
 * ```
 */
export function renderSummary(given: Summary, options: RenderOptions): string {
  const summary = printableData(given);
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const width = Math.max(MIN_WIDTH, options.width);
  return joinSections([
    verdict(summary, chalk, width, options.directory),
    carriedOut(summary, chalk, width),
    outcomes(summary, chalk, width),
    counters(summary, chalk, width),
    latencies(summary, chalk, width),
    ...taggedSections(summary, options.by ?? [], chalk, width),
    path(summary, chalk, width),
    overTime(summary, chalk, width),
    faults(summary, chalk, width),
    failures(summary, chalk, width),
    thresholds(summary, chalk, width),
    invariants(summary, chalk, width),
    notChecked(summary, chalk, width),
    generator(summary, chalk, width),
    machinesOf(summary, chalk, width),
    outputs(summary, chalk, width),
    [
      `${chalk.bold("Same plan again")}  ${summary.reproduce}`,
      `${chalk.bold("Results")}          ${printable(options.directory)}`,
    ],
  ]);
}

/** The verdict and its reasons, and the directory: what `--quiet` shows of a run that did not pass. */
export function renderVerdict(given: Summary, options: RenderOptions): string {
  const summary = printableData(given);
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  const width = Math.max(MIN_WIDTH, options.width);
  return joinSections([
    [
      ...head(summary, chalk, width),
      ...reasonLines(summary, chalk, width),
      `  ${chalk.bold("Results")}  ${printable(options.directory)}`,
    ],
  ]);
}

function reasonLines({ verdict: { outcome, reasons } }: Summary, chalk: ChalkInstance, width: number): string[] {
  // The head has the first reason of an inconclusive run.
  return reasons
    .slice(outcome === "inconclusive" ? 1 : 0)
    .flatMap(({ code, text }) =>
      hanging(text, `  ${code === "threshold-not-judged" ? chalk.dim("○") : chalk.red("✗")} `, "    ", width),
    );
}

/** Lines that begin with `first` and then with `indent`, which is as wide. */
function hanging(text: string, first: string, indent: string, width: number): string[] {
  return wrap(text, width - indent.length).map((line, at) => (at === 0 ? first : indent) + line);
}

function verdict(summary: Summary, chalk: ChalkInstance, width: number, directory: string): string[] {
  const lines = [
    ...head(summary, chalk, width),
    ...wrap(runFacts(summary).join(" · "), width - 2).map((line) => `  ${line}`),
  ];
  for (const note of runNotes(summary)) lines.push(...hanging(note, `  ${chalk.yellow("!")} `, "    ", width));
  lines.push(...reasonLines(summary, chalk, width));
  for (const { id, violations, violationCount } of summary.invariants) {
    if (violationCount === 0) continue;
    lines.push("", `  ${chalk.bold(id)}`);
    for (const violation of violations.slice(0, VIOLATIONS_SHOWN))
      lines.push(...hanging(describeViolation(violation), "    - ", "      ", width));
    const more = violationCount - Math.min(violations.length, VIOLATIONS_SHOWN);
    if (more > 0) lines.push(`      and ${formatCount(more)} more, see summary.json`);
    const agentId = violations.find((violation) => violation.agentId !== undefined)?.agentId;
    const command =
      summary.traceHash !== undefined
        ? "trace"
        : summary.engine === "threads" && hasRecord(summary)
          ? "replay"
          : undefined;
    if (agentId !== undefined && command !== undefined) {
      lines.push(`      ${chalk.dim("what happened:")} ${commandLine(command, directory, "--agent", agentId)}`);
    }
  }
  return lines;
}

/** Whether the order of operations was recorded; of `simulate serve` it is not. */
function hasRecord({ options }: Summary): boolean {
  return options["no-record"] === undefined && options["serve"] === undefined;
}

/** The outcome and the scenario; of an inconclusive run also why it is. */
function head({ verdict, scenario }: Summary, chalk: ChalkInstance, width: number): string[] {
  const { outcome } = verdict;
  const name = outcomeText(verdict).replace(outcome, outcome.toUpperCase());
  const stamp = `${OUTCOME_SIGNS[outcome]} ${name}`;
  const why = outcome === "inconclusive" ? `: ${reasonOf(verdict)}` : "";
  const [first = "", ...rest] = wrap(`${stamp}  ${scenario.name}${why}`, width - 2);
  const coloured = first
    .replace(scenario.name, () => chalk.bold(scenario.name))
    .replace(stamp, () => chalk[OUTCOME_COLOURS[outcome]].bold(stamp));
  return [coloured, ...rest.map((line) => `  ${line}`)];
}

/** How much of the plan happened; what did not, and why. */
function carriedOut(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const { counts, missed } = carriedOutTexts(summary);
  if (counts.length === 0) return [];
  return [
    chalk.bold("Carried out"),
    ...hanging(counts.join(" · "), `  ${missed.length === 0 ? chalk.green("✓") : " "} `, "    ", width),
    ...missed.flatMap((text) => hanging(text, `  ${chalk.yellow("!")} `, "    ", width)),
  ];
}

function outcomes(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const table = (title: string, byStatus: Readonly<Record<string, number>>): string[] => {
    const { rows, total } = byFrequency(byStatus);
    if (total === 0) return [];
    const barWidth = Math.min(24, width - LABEL_WIDTH - 2 * CELL_WIDTH - 2);
    const lines = rows.map(([status, n]) => {
      const cells = inCells([formatCount(n), formatShare(n, total)]);
      return `  ${status.padEnd(LABEL_WIDTH - 2)}${cells}  ${chalk.cyan(bar(n / total, barWidth))}`.trimEnd();
    });
    return [`${chalk.bold(title.padEnd(LABEL_WIDTH))}${inCells([formatCount(total)])}`, ...lines];
  };
  const { agents, onboardingAgents } = summary.outcomes;
  return [...table("Agents by final status", agents), ...table("Onboarding agents", onboardingAgents)];
}

function counters(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const facts = countersOf(summary).map(({ name, count }) => ({ name, count: formatCount(count) }));
  if (facts.length === 0) return [];
  // As many columns as fit.
  const [nameWidth, countWidth] = [
    Math.max(...facts.map(({ name }) => name.length)),
    Math.max(...facts.map(({ count }) => count.length)),
  ];
  const cells = facts.map(({ name, count }) => `${name.padEnd(nameWidth)}  ${count.padStart(countWidth)}`);
  const perLine = Math.max(1, Math.floor((width + GAP.length - 2) / (nameWidth + 2 + countWidth + GAP.length)));
  return [
    chalk.bold("Counters"),
    ...Array.from(
      { length: Math.ceil(cells.length / perLine) },
      (_, at) => `  ${cells.slice(at * perLine, (at + 1) * perLine).join(GAP)}`,
    ),
  ];
}

function latencies(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const floors = summary.floor.map(({ name, trend }) => ({ label: `floor: ${name}`, trend, isAside: true }));
  const rows = [...latenciesOf(summary), ...floors];
  return rows.length === 0 ? ["No latency was measured."] : latencyTable("Latency (ms)", rows, chalk, width);
}

function path(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const { stages, totalMs } = stagesOf(summary);
  if (stages.length === 0) return [];
  const heads = ["p50", "p95", "p99", "mean", "share"];
  const fitting = Math.min(heads.length, roomFor(width - 2));
  const remark = width < LABEL_WIDTH + fitting * CELL_WIDTH + SLOWEST.length ? " ◀" : SLOWEST;
  return [
    `${chalk.bold("Path of a live update (ms)".padEnd(LABEL_WIDTH))}${inCells(heads.slice(0, fitting))}`,
    ...stages.map(({ label, trend, mean, isSlowest }) => {
      const { p50, p95, p99 } = trend;
      const cells = [...[p50, p95, p99, mean].map(formatMs), formatShare(mean, totalMs)];
      const line = `  ${label.padEnd(LABEL_WIDTH - 2)}${inCells(cells.slice(0, fitting))}`;
      return isSlowest ? chalk.yellow(`${line}${remark}`) : line;
    }),
  ];
}

/** p99 by interval. A column shows the greatest p99 of several intervals when they do not all fit. */
function overTime({ overTime: intervals, engine }: Summary, chalk: ChalkInstance, width: number): string[] {
  const [first, last] = [intervals[0], intervals.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const columns = Math.round((last.startMs - first.startMs) / first.lengthMs) + 1;
  const perColumn = Math.ceil(columns / (width - 4));
  const worst: (number | null)[] = Array.from({ length: Math.ceil(columns / perColumn) }, () => null);
  for (const { startMs, p99 } of intervals) {
    const column = Math.floor((startMs - first.startMs) / first.lengthMs / perColumn);
    worst[column] = Math.max(worst[column] ?? 0, p99);
  }
  const greatest = Math.max(...intervals.map((interval) => interval.p99));
  const seconds = (first.lengthMs * perColumn) / 1000;
  const title = engine === "network" ? "Round trip of live updates over time" : "Live-update latency over time";
  const facts = `  p99, a column ${seconds === 1 ? "a second" : `${seconds} s`}, highest ${formatMs(greatest)} ms`;
  return [
    ...(width < title.length + facts.length ? [chalk.bold(title), facts] : [`${chalk.bold(title)}${facts}`]),
    `  ${chalk.cyan(sparkline(worst))}`.trimEnd(),
  ];
}

/** Under simulated time the schedule is always kept, and no latency depends on the machine. */
function simulated(
  { health, traceHash }: Pick<Summary, "health" | "traceHash">,
  chalk: ChalkInstance,
  width: number,
): string[] {
  const lines = wrap(
    "all times above are of the simulated clock; they do not depend on the speed of this machine",
    width - 2,
  ).map((line) => `  ${line}`);
  if (traceHash !== undefined) lines.push(`  trace ${traceHash}`);
  lines.push(`  at most ${formatCount(health.process.peakMemoryBytes / 2 ** 20)} MiB`);
  return [chalk.bold("Simulation"), ...lines];
}

const mark = (ok: boolean, chalk: ChalkInstance): string => (ok ? chalk.green("✓") : chalk.red("✗"));

function thresholds(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  if (summary.thresholds.length === 0) return [];
  const nameWidth = Math.max(LABEL_WIDTH - 2, ...summary.thresholds.map(({ metric }) => metric.length));
  return [
    chalk.bold("Thresholds"),
    ...summary.thresholds.flatMap((threshold) => {
      const { metric, expression } = threshold;
      const { outcome, text: observed } = thresholdOutcome(threshold, summary.verdict);
      const sign = outcome === "not judged" ? chalk.dim("○") : mark(outcome === "passed", chalk);
      return width < nameWidth + THRESHOLD_WIDTH
        ? [`  ${sign} ${metric}  ${expression}`, `    ${observed}`]
        : [`  ${sign} ${metric.padEnd(nameWidth)} ${expression.padEnd(18)} ${observed}`];
    }),
  ];
}

function faults({ faults: happened = [], losses = [] }: Summary, chalk: ChalkInstance, width: number): string[] {
  if (happened.length === 0) return [];
  return [
    chalk.bold("Faults injected"),
    ...happened.flatMap(({ atMs, what }) =>
      wrap(what, width - 11).map((line, at) => `  ${(at === 0 ? formatElapsed(atMs) : "").padStart(7)}  ${line}`),
    ),
    ...losses.flatMap((loss) => hanging(loss, `  ${chalk.yellow("!")} `, "    ", width)),
  ];
}

/** On a wider line, the counts at its end would be too far from what they count. */
const COUNTED_WIDTH = 100;

/** A list with a sign before each text and a count at the end of its line. */
function countedList(
  title: string,
  counted: string,
  items: readonly { readonly sign: string; readonly text: string; readonly count: number }[],
  columns: number,
  chalk: ChalkInstance,
): string[] {
  const width = Math.min(columns, COUNTED_WIDTH);
  const lines = items.flatMap(({ sign, text, count }) =>
    wrap(text, width - 14).map((line, at) =>
      at === 0 ? `  ${sign} ${line.padEnd(width - 14)}${formatCount(count).padStart(10)}` : `    ${line}`,
    ),
  );
  return [`${chalk.bold(title)}${counted.padStart(width - title.length)}`, ...lines];
}

/** The failures of requests to the target. */
function failures({ failures: failed = [] }: Summary, chalk: ChalkInstance, width: number): string[] {
  if (failed.length === 0) return [];
  const items = failed.map(({ what, count }) => ({ sign: chalk.yellow("!"), text: what, count }));
  return countedList("Failures", "times", items, width, chalk);
}

/** The invariants and thresholds that were not checked, grouped by the reason. */
function notChecked({ notChecked: left = [] }: Summary, chalk: ChalkInstance, width: number): string[] {
  if (left.length === 0) return [];
  const byReason = new Map<string, string[]>();
  for (const { id, why } of left) byReason.set(why, [...(byReason.get(why) ?? []), id]);
  return [
    chalk.bold("Not checked"),
    ...[...byReason].flatMap(([why, ids]) => hanging(`${why}: ${ids.join(", ")}`, "  ○ ", "    ", width)),
  ];
}

function invariants(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const items = summary.invariants.map(({ statement, held, checked }) => {
    const sign = invariantOutcome({ held, checked }) === "unchecked" ? chalk.dim("○") : mark(held, chalk);
    return { sign, text: statement, count: checked };
  });
  return countedList("Invariants", "checked", items, width, chalk);
}

function generator(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const { schedule, health, engine, traceHash, environment } = summary;
  if (engine === "virtual") return simulated({ health, traceHash }, chalk, width);
  const { process, threads } = health;
  const pauses = threads.reduce(
    (sum, thread) => ({ count: sum.count + thread.gc.count, maxMs: Math.max(sum.maxMs, thread.gc.maxMs) }),
    { count: 0, maxMs: 0 },
  );
  const delays = threads.flatMap((thread) => (thread.eventLoopDelay === null ? [] : [thread.eventLoopDelay.p99Ms]));
  const worstDelayMs = delays.length === 0 ? null : Math.max(...delays);
  const facts = [
    `load ${schedule.kept ? "generated" : "NOT generated"} on time: ${latenessText(schedule)}`,
    ...machineTexts(summary.machine),
    ...cpuTexts(summary),
    `event loop delay p99 ${formatMs(worstDelayMs)} ms in the worst of ${threads.length} threads`,
    `${plural(pauses.count, "GC pause")}, longest ${formatMs(pauses.maxMs)} ms`,
    `used ${process.cpuCores.toFixed(2)} of ${plural(environment.cores, "core")}, at most ${formatCount(process.peakMemoryBytes / 2 ** 20)} MiB`,
  ];
  return [
    chalk.bold("Generator and machine"),
    ...facts.flatMap((fact, at) =>
      wrap(fact, width - 4).map((line, n) =>
        n > 0 ? `    ${line}` : at === 0 ? `  ${mark(schedule.kept, chalk)} ${line}` : `    ${line}`,
      ),
    ),
  ];
}

/** What `--out` wrote to. */
function outputs({ outputs: written = [] }: Summary, chalk: ChalkInstance, width: number): string[] {
  if (written.length === 0) return [];
  return [
    chalk.bold("Outputs"),
    ...written.flatMap((output) =>
      wrap(outputText(output), width - 4).map((line, at) =>
        at === 0 ? `  ${mark(output.problem === null, chalk)} ${line}` : `    ${line}`,
      ),
    ),
  ];
}

/** The machines that made the load, where it was not this process alone. */
function machinesOf({ machines = [] }: Summary, chalk: ChalkInstance, width: number): string[] {
  if (machines.length === 0) return [];
  return [
    chalk.bold("Machines"),
    ...machines.flatMap((machine) => [
      `  ${mark(isMachineSound(machine), chalk)} ${machine.name}`,
      ...wrap(machineFacts(machine).join(" · "), width - 4).map((line) => `    ${line}`),
    ]),
  ];
}
