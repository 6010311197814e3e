/** The short comparison of two runs for a terminal: verdicts, latencies, outcomes. The page shows more. */
import { Chalk, type ChalkInstance } from "chalk";
import {
  changeOf,
  formatCount,
  formatElapsed,
  formatMs,
  printableData,
  own,
  workersText,
} from "../../vocabulary/index.js";
import { latencyPairs, OUTCOME_SIGNS } from "../../results/index.js";
import type { Summary } from "../../results/index.js";
import { oneRunText } from "../compared-runs.js";
import { joinSections, OUTCOME_COLOURS, outcomeText } from "../run-texts.js";

const LABEL_WIDTH = 26;
const CELL_WIDTH = 8;
const FIGURES = ["p50", "p95", "p99"] as const;

/** As text that ends with a line break. `before` is the base. */
export function renderRunComparison(before: Summary, after: Summary, { color }: { readonly color: boolean }): string {
  const [a, b] = [printableData(before), printableData(after)];
  const chalk = new Chalk({ level: color ? 1 : 0 });
  return joinSections([
    [oneRunText()],
    [...head("A", a, chalk), ...head("B", b, chalk), describePlans(a, b)],
    latencies(a, b, chalk),
    outcomes(a, b, chalk),
  ]);
}

const ENGINES: Readonly<Record<Summary["engine"], string>> = {
  threads: "real threads",
  virtual: "simulated time",
  network: "a network",
};

/** Whether the runs can be compared, a sentence. */
export function describePlans(a: Summary, b: Summary): string {
  if (a.engine !== b.engine)
    return `One run used ${ENGINES[a.engine]} and the other ${ENGINES[b.engine]}: their times cannot be compared.`;
  if (a.plan.hash === b.plan.hash) return "Both runs have the same plan.";
  return "The runs have different plans, which can cause differences.";
}

/** The verdict of a run, and why it is inconclusive. */
function head(
  name: string,
  { verdict, scenario, seed, plan, durationMs, runId }: Summary,
  chalk: ChalkInstance,
): string[] {
  const stamp = chalk[OUTCOME_COLOURS[verdict.outcome]](`${OUTCOME_SIGNS[verdict.outcome]} ${outcomeText(verdict)}`);
  const facts = [`seed ${seed}`, workersText(plan), formatElapsed(durationMs), runId];
  return [
    `${chalk.bold(name)}  ${stamp}  ${scenario.name}  ${facts.join(" · ")}`,
    ...(verdict.outcome === "inconclusive" ? verdict.reasons.map(({ text }) => `   ${text}`) : []),
  ];
}

const columns = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(CELL_WIDTH)).join("");

type ComparedRow = readonly [label: string, ...cells: string[]];

/** A table with a title and the heads of its columns; empty without rows. */
function table(title: string, heads: readonly string[], rows: readonly ComparedRow[]): string[] {
  if (rows.length === 0) return [];
  const lines = rows.map(([label, ...cells]) => `  ${label.padEnd(LABEL_WIDTH - 2)}${columns(cells)}`);
  return [`${title}${columns(heads)}`, ...lines];
}

function latencies(a: Summary, b: Summary, chalk: ChalkInstance): string[] {
  const rows = latencyPairs(a, b).map(
    ({ label, before, after }): ComparedRow => [
      label,
      formatCount(before.count),
      formatCount(after.count),
      ...FIGURES.flatMap((figure) => [
        formatMs(before[figure]),
        formatMs(after[figure]),
        changeOf(before[figure], after[figure]),
      ]),
    ],
  );
  const title = chalk.bold("Latency (ms)".padEnd(LABEL_WIDTH));
  return table(
    title,
    ["A count", "B count", ...FIGURES.flatMap((figure) => [`A ${figure}`, `B ${figure}`, "change"])],
    rows,
  );
}

function outcomes(a: Summary, b: Summary, chalk: ChalkInstance): string[] {
  const [before, after] = [a.outcomes.agents, b.outcomes.agents];
  const rows = [...new Set([...Object.keys(before), ...Object.keys(after)])].map((status): ComparedRow => {
    const [from, to] = [own(before, status) ?? 0, own(after, status) ?? 0];
    return [status, formatCount(from), formatCount(to), changeOf(from, to)];
  });
  return table(chalk.bold("Agents by final status".padEnd(LABEL_WIDTH)), ["A", "B", "change"], rows);
}
