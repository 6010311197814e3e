/** Two runs in short, for a terminal: verdicts, latencies, outcomes. The page has the rest. */
import { Chalk, type ChalkInstance } from "chalk";
import { TREND_NAMES } from "../../load/measure/index.js";
import { changeOf, formatCount, formatMs, printableData, own } from "../../vocabulary/index.js";
import { LATENCY_LABELS } from "../../results/index.js";
import type { Summary } from "../../results/index.js";

const LABEL_WIDTH = 26;

/** As text, ending with a line break; `before` is what is compared against. */
export function renderRunComparison(before: Summary, after: Summary, { color }: { readonly color: boolean }): string {
  const [a, b] = [printableData(before), printableData(after)];
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const sections = [
    [head("A", a, chalk), head("B", b, chalk), plansOf(a, b)],
    latencies(a, b, chalk),
    outcomes(a, b, chalk),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** Whether the two can be set beside each other, a sentence. */
export function plansOf(a: Summary, b: Summary): string {
  if (a.engine !== b.engine)
    return "One ran on real threads, the other under simulated time: their times have nothing to do with each other.";
  if (a.plan.hash === b.plan.hash) return "Both carried out the same plan.";
  return "They carried out different plans, so that a difference need not be the program's.";
}

function head(
  name: string,
  { verdict: { passed, exitCode }, scenario, seed, plan, durationMs, runId }: Summary,
  chalk: ChalkInstance,
): string {
  const stamp = passed ? chalk.green("✓ passed") : chalk.red(`✗ failed (exit ${exitCode})`);
  return `${chalk.bold(name)}  ${stamp}  ${scenario.name}  seed ${seed} · ${formatCount(plan.workers)} workers · ${(durationMs / 1000).toFixed(1)} s · ${runId}`;
}

const columns = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(9)).join("");

function latencies(a: Summary, b: Summary, chalk: ChalkInstance): string[] {
  const rows = TREND_NAMES.flatMap((name) => {
    const [label, before, after] = [LATENCY_LABELS[name], a.trends[name], b.trends[name]];
    if (label === undefined || before === undefined || after === undefined || before.count + after.count === 0)
      return [];
    const cells = (["p50", "p99"] as const).flatMap((figure) => [
      formatMs(before[figure]),
      formatMs(after[figure]),
      changeOf(before[figure], after[figure]),
    ]);
    return [`  ${label.padEnd(LABEL_WIDTH - 2)}${columns(cells)}`];
  });
  if (rows.length === 0) return [];
  return [
    `${chalk.bold("Latency (ms)".padEnd(LABEL_WIDTH))}${columns(["A p50", "B p50", "change", "A p99", "B p99", "change"])}`,
    ...rows,
  ];
}

function outcomes(a: Summary, b: Summary, chalk: ChalkInstance): string[] {
  const [before, after] = [a.outcomes.agents, b.outcomes.agents];
  const rows = [...new Set([...Object.keys(before), ...Object.keys(after)])].map((status) => {
    const [from, to] = [own(before, status) ?? 0, own(after, status) ?? 0];
    return `  ${status.padEnd(LABEL_WIDTH - 2)}${columns([formatCount(from), formatCount(to), changeOf(from, to)])}`;
  });
  if (rows.length === 0) return [];
  return [`${chalk.bold("Agents by final status".padEnd(LABEL_WIDTH))}${columns(["A", "B", "change"])}`, ...rows];
}
