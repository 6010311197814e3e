/**
 * The summary for people, laid out for reading in a terminal; it has all its columns from 80 on. The verdict and what broke come first.
 * Colour only repeats what the text says, so that the plain text reads as well.
 */
import { Chalk, type ChalkInstance } from "chalk";
import { COUNTER_NAMES, STAGES, TREND_NAMES } from "../../load/measure/index.js";
import {
  bar,
  formatAgainst,
  formatBound,
  formatCount,
  formatMs,
  formatShare,
  plural,
  sparkline,
  wrap,
  printable,
  printableData,
} from "../../vocabulary/index.js";
import { ENGINE_LABELS, invariantOutcome, LATENCY_LABELS, formatObserved, quoteForShell } from "../../results/index.js";
import type { Summary, TrendSummary } from "../../results/index.js";

export interface RenderOptions {
  /** Whether to colour; the caller knows whether it writes to a terminal and what NO_COLOR says. */
  readonly color: boolean;
  /** Columns; at least 48 are used. */
  readonly width: number;
  /** Where the run's files are, named in the last line. */
  readonly directory: string;
}

const MIN_WIDTH = 48;
const LABEL_WIDTH = 26;
const CELL_WIDTH = 9;
const SLOWEST = "  ◀ slowest";
/** Between two columns of counts. */
const GAP = "   ";
const VIOLATIONS_SHOWN = 3;

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
  const sections = [
    verdict(summary, chalk, width, options.directory),
    outcomes(summary, chalk, width),
    counted(summary, chalk, width),
    latencies(summary, chalk, width),
    stages(summary, chalk, width),
    overTime(summary, chalk, width),
    faults(summary, chalk, width),
    failures(summary, chalk, width),
    thresholds(summary, chalk, width),
    invariants(summary, chalk, width),
    notChecked(summary, chalk, width),
    generator(summary, chalk, width),
    [
      `${chalk.bold("Run it again")}  ${summary.reproduce}`,
      `${chalk.bold("Results")}       ${printable(options.directory)}`,
    ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function verdict(summary: Summary, chalk: ChalkInstance, width: number, directory: string): string[] {
  const { passed, exitCode, reasons } = summary.verdict;
  const head = passed ? chalk.green.bold("✓ PASSED") : chalk.red.bold(`✗ FAILED (exit ${exitCode})`);
  const facts = [
    `seed ${summary.seed}`,
    plural(summary.plan.workers, "worker"),
    `${(summary.durationMs / 1000).toFixed(1)} s`,
    ENGINE_LABELS[summary.engine],
    ...(summary.target === undefined ? [] : [summary.target.url, `dialect ${summary.target.dialect}`]),
  ];
  const lines = [
    `${head}  ${chalk.bold(summary.scenario.name)}`,
    ...wrap(facts.join(" · "), width - 2).map((line) => `  ${line}`),
  ];
  const indented = (text: string, first: string, indent: string): void => {
    wrap(text, width - indent.length).forEach((line, at) => lines.push((at === 0 ? first : indent) + line));
  };
  for (const reason of reasons) indented(reason, `  ${chalk.red("✗")} `, "    ");
  for (const { id, violations, violationCount } of summary.invariants) {
    if (violationCount === 0) continue;
    lines.push("", `  ${chalk.bold(id)}`);
    for (const { what, agentId, detail } of violations.slice(0, VIOLATIONS_SHOWN)) {
      indented(`${what}${agentId === undefined ? "" : `, agent ${agentId}`}: ${detail}`, "    - ", "      ");
    }
    const more = violationCount - Math.min(violations.length, VIOLATIONS_SHOWN);
    if (more > 0) lines.push(`      and ${formatCount(more)} more, see summary.json`);
    const agentId = violations.find((violation) => violation.agentId !== undefined)?.agentId;
    const command =
      summary.traceHash !== undefined
        ? "trace"
        : summary.engine === "threads" && summary.options["no-record"] === undefined
          ? "replay"
          : undefined;
    if (agentId !== undefined && command !== undefined) {
      lines.push(
        `      ${chalk.dim("what happened:")} simulate ${command} ${quoteForShell(directory)} --agent ${quoteForShell(agentId)}`,
      );
    }
  }
  if (!passed) lines.push("", `  ${chalk.dim("to reproduce:")} ${summary.reproduce}`);
  return lines;
}

function outcomes(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const table = (title: string, byStatus: Readonly<Record<string, number>>): string[] => {
    const rows = Object.entries(byStatus).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    const total = rows.reduce((sum, [, n]) => sum + n, 0);
    if (total === 0) return [];
    const barWidth = Math.min(24, width - LABEL_WIDTH - 2 * CELL_WIDTH - 2);
    return [
      `${chalk.bold(title.padEnd(LABEL_WIDTH))}${formatCount(total).padStart(CELL_WIDTH)}`,
      ...rows.map(([status, n]) =>
        `  ${status.padEnd(LABEL_WIDTH - 2)}${formatCount(n).padStart(CELL_WIDTH)}${formatShare(n, total).padStart(CELL_WIDTH)}  ${chalk.cyan(bar(n / total, barWidth))}`.trimEnd(),
      ),
    ];
  };
  const { agents, onboardingAgents } = summary.outcomes;
  return [...table("Agents by final status", agents), ...table("Onboarding agents", onboardingAgents)];
}

function counted({ counters }: Summary, chalk: ChalkInstance, width: number): string[] {
  const facts = COUNTER_NAMES.flatMap((name) => {
    const count = counters[name] ?? 0;
    return count === 0 ? [] : [{ name, count: formatCount(count) }];
  });
  if (facts.length === 0) return [];
  // As many columns as there is room for.
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

/** Columns of a table, and what is left out where there is no room for all: those with the greatest `rank`. */
const FIGURES: readonly {
  readonly head: string;
  readonly rank: number;
  readonly cell: (trend: TrendSummary) => string;
}[] = [
  { head: "count", rank: 3, cell: ({ count }) => formatCount(count) },
  { head: "p50", rank: 0, cell: ({ p50 }) => formatMs(p50) },
  { head: "p90", rank: 4, cell: ({ p90 }) => formatMs(p90) },
  { head: "p99", rank: 1, cell: ({ p99 }) => formatMs(p99) },
  { head: "p99.9", rank: 5, cell: ({ p999 }) => formatMs(p999) },
  { head: "max", rank: 2, cell: ({ max }) => formatMs(max) },
];

const roomFor = (width: number): number => Math.max(1, Math.floor((width - LABEL_WIDTH) / CELL_WIDTH));
const inCells = (texts: readonly string[]): string => texts.map((text) => text.padStart(CELL_WIDTH)).join("");

function latencies(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const columns = FIGURES.filter(({ rank }) => rank < roomFor(width));
  const row = (label: string, trend: TrendSummary): string =>
    `  ${label.padEnd(LABEL_WIDTH - 2)}${inCells(columns.map(({ cell }) => cell(trend)))}`;
  const rows = TREND_NAMES.flatMap((name) => {
    const [label, trend] = [LATENCY_LABELS[name], summary.trends[name]];
    return label !== undefined && trend !== undefined && trend.count > 0 ? [row(label, trend)] : [];
  });
  const floors = summary.floor.map(({ name, trend }) => chalk.dim(row(`floor: ${name}`, trend)));
  if (rows.length + floors.length === 0) return ["No latency was measured."];
  return [
    `${chalk.bold("Latency (ms)".padEnd(LABEL_WIDTH))}${inCells(columns.map(({ head }) => head))}`,
    ...rows,
    ...floors,
  ];
}

function stages(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  const measured = STAGES.flatMap((name) => {
    const trend = summary.trends[name];
    return trend !== undefined && trend.count > 0 ? [{ name, trend, mean: trend.mean ?? 0 }] : [];
  });
  const total = measured.reduce((sum, stage) => sum + stage.mean, 0);
  const slowest = Math.max(...measured.map((stage) => stage.mean));
  if (measured.length === 0) return [];
  const heads = ["p50", "p99", "mean", "share"];
  const fitting = Math.min(heads.length, roomFor(width - 2));
  const remark = width < LABEL_WIDTH + fitting * CELL_WIDTH + SLOWEST.length ? " ◀" : SLOWEST;
  return [
    `${chalk.bold("Path of a live update (ms)".padEnd(LABEL_WIDTH))}${inCells(heads.slice(0, fitting))}`,
    ...measured.map(({ name, trend, mean }) => {
      const cells = [formatMs(trend.p50), formatMs(trend.p99), formatMs(mean), formatShare(mean, total)];
      const line = `  ${name.slice("stage_".length).padEnd(LABEL_WIDTH - 2)}${inCells(cells.slice(0, fitting))}`;
      return mean === slowest && measured.length > 1 ? chalk.yellow(`${line}${remark}`) : line;
    }),
  ];
}

/** p99 along time, fitted to the width by taking the worst of neighbouring intervals. */
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

/** Under simulated time the schedule is kept by construction, and the machine does not show in any latency. */
function simulated(
  { health, traceHash }: Pick<Summary, "health" | "traceHash">,
  chalk: ChalkInstance,
  width: number,
): string[] {
  const lines = wrap(
    "all times above are of the simulated clock: they say what the run did, not what this machine can do",
    width - 2,
  ).map((line) => `  ${line}`);
  if (traceHash !== undefined) lines.push(`  trace ${traceHash}`);
  lines.push(`  at most ${formatCount(health.process.peakMemoryBytes / 2 ** 20)} MiB`);
  return [chalk.bold("Simulation"), ...lines];
}

const mark = (ok: boolean, chalk: ChalkInstance): string => (ok ? chalk.green("✓") : chalk.red("✗"));

function thresholds(summary: Summary, chalk: ChalkInstance, width: number): string[] {
  if (summary.thresholds.length === 0) return [];
  return [
    chalk.bold("Thresholds"),
    ...summary.thresholds.flatMap(({ metric, expression, observed, passed }) => {
      const seen = `${observed === null ? "" : "observed "}${formatObserved({ metric, expression, observed })}`;
      const [sign, name] = [mark(passed, chalk), metric.padEnd(LABEL_WIDTH - 2)];
      return width < 80
        ? [`  ${sign} ${metric}  ${expression}`, `    ${seen}`]
        : [`  ${sign} ${name} ${expression.padEnd(18)} ${seen}`];
    }),
  ];
}

function faults({ faults: happened = [], losses = [] }: Summary, chalk: ChalkInstance, width: number): string[] {
  if (happened.length === 0) return [];
  return [
    chalk.bold("Faults injected"),
    ...happened.flatMap(({ atMs, what }) =>
      wrap(what, width - 11).map(
        (line, at) => `  ${at === 0 ? `${(atMs / 1000).toFixed(1).padStart(5)} s` : " ".repeat(7)}  ${line}`,
      ),
    ),
    ...losses.flatMap((loss) =>
      wrap(loss, width - 4).map((line, at) => (at === 0 ? `  ${chalk.yellow("!")} ${line}` : `    ${line}`)),
    ),
  ];
}

/** What failed on the way to the target. */
function failures({ failures: failed = [] }: Summary, chalk: ChalkInstance, width: number): string[] {
  if (failed.length === 0) return [];
  return [
    `${chalk.bold("Failures")}${"times".padStart(Math.min(width, 100) - "Failures".length)}`,
    ...failed.flatMap(({ what, count: times }) =>
      wrap(what, Math.min(width, 100) - 14).map((line, at) =>
        at === 0
          ? `  ${chalk.yellow("!")} ${line.padEnd(Math.min(width, 100) - 14)}${formatCount(times).padStart(10)}`
          : `    ${line}`,
      ),
    ),
  ];
}

/** Invariants and thresholds that say nothing here, together by the reason. */
function notChecked({ notChecked: left = [] }: Summary, chalk: ChalkInstance, width: number): string[] {
  if (left.length === 0) return [];
  const byReason = new Map<string, string[]>();
  for (const { id, why } of left) byReason.set(why, [...(byReason.get(why) ?? []), id]);
  return [
    chalk.bold("Not checked"),
    ...[...byReason].flatMap(([why, ids]) =>
      wrap(`${why}: ${ids.join(", ")}`, width - 4).map((line, at) => (at === 0 ? `  ○ ${line}` : `    ${line}`)),
    ),
  ];
}

function invariants(summary: Summary, chalk: ChalkInstance, columns: number): string[] {
  // Beyond this the counts are too far from what they count.
  const width = Math.min(columns, 100);
  return [
    `${chalk.bold("Invariants")}${"checked".padStart(width - "Invariants".length)}`,
    ...summary.invariants.flatMap(({ statement, held, checked }) => {
      const [first = "", ...others] = wrap(statement, width - 14);
      const sign = invariantOutcome({ held, checked }) === "unchecked" ? chalk.dim("○") : mark(held, chalk);
      return [
        `  ${sign} ${first.padEnd(width - 14)}${formatCount(checked).padStart(10)}`,
        ...others.map((line) => `    ${line}`),
      ];
    }),
  ];
}

function generator({ schedule, health, engine, traceHash }: Summary, chalk: ChalkInstance, width: number): string[] {
  if (engine === "virtual") return simulated({ health, traceHash }, chalk, width);
  const { process, threads } = health;
  const kept = schedule.kept ? "schedule kept" : "schedule NOT kept";
  const pauses = threads.reduce(
    (sum, thread) => ({ count: sum.count + thread.gc.count, maxMs: Math.max(sum.maxMs, thread.gc.maxMs) }),
    { count: 0, maxMs: 0 },
  );
  const delays = threads.flatMap((thread) => (thread.eventLoopDelay === null ? [] : [thread.eventLoopDelay.p99Ms]));
  const facts = [
    `${kept}: slip p99 ${formatAgainst(schedule.slipP99Ms, schedule.boundMs)} ms, max ${formatMs(schedule.slipMaxMs)} ms, bound ${formatBound(schedule.boundMs)} ms`,
    `event loop late p99 ${delays.length === 0 ? "–" : formatMs(Math.max(...delays))} ms in the worst of ${threads.length} threads`,
    `${plural(pauses.count, "GC pause")}, longest ${formatMs(pauses.maxMs)} ms`,
    `${process.cpuCores.toFixed(2)} cores busy, at most ${formatCount(process.peakMemoryBytes / 2 ** 20)} MiB`,
  ];
  return [
    chalk.bold("Generator"),
    ...facts.flatMap((fact, at) =>
      wrap(fact, width - 4).map((line, n) =>
        n > 0 ? `    ${line}` : at === 0 ? `  ${mark(schedule.kept, chalk)} ${line}` : `    ${line}`,
      ),
    ),
  ];
}
