/** Renders the figures as a table: each beside its floor, with its confidence interval. */
import { Chalk, type ChalkInstance } from "chalk";
import { formatCount, printableData } from "../vocabulary/index.js";
import { estimateOf, keepsGoal, ratiosOf, type Estimate, type Figure } from "./figure.js";
import type { BenchResult } from "./result.js";
import { plainTable } from "./plain-table.js";

/** The result as text that ends with a line break: medians of the rounds with their 95 % confidence intervals. */
export function renderResult(result: BenchResult, { color }: { readonly color: boolean }): string {
  const { machine, figures } = printableData(result);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const table = plainTable(
    ["", "measured", "floor", "over floor", "95 % interval", "goal", ""],
    ["left", "right", "right", "right", "right", "right", "left"],
    figures.map((figure) => rowOf(figure, chalk)),
  );
  const rounds = Math.max(...figures.map((figure) => figure.rounds.length));
  const { cpu, cores, node, load } = machine;
  const conditions = `${cpu}, ${cores} cores, Node ${node.slice(1)}, load ${load.toFixed(1)} before`;
  return `${table}\n\n${chalk.dim(`${conditions}; medians of ${rounds} rounds`)}\n`;
}

function rowOf(figure: Figure, chalk: ChalkInstance): string[] {
  const { doc, unit, rounds, floor, goal, better } = figure;
  const ratios = ratiosOf(figure);
  const judged = estimateOf(ratios ?? rounds);
  const kept = keepsGoal(figure);
  const sign = better === "smaller" ? "≤" : "≥";
  const bound = goal === null ? "" : `${sign} ${ratios === undefined ? withUnit(goal, unit) : `${goal}x`}`;
  return [
    doc,
    withUnit(estimateOf(rounds).value, unit),
    floor === null ? "" : withUnit(estimateOf(floor.rounds).value, unit),
    ratios === undefined ? "" : `${judged.value.toFixed(2)}x`,
    interval(judged, ratios === undefined ? short : (ratio) => ratio.toFixed(2)),
    bound,
    kept === null ? "" : kept ? chalk.green("✓") : chalk.red("✗"),
  ];
}

function interval({ low, high }: Estimate, format: (value: number) => string): string {
  return Number.isFinite(low) && Number.isFinite(high) ? `${format(low)} – ${format(high)}` : "too few rounds";
}

function withUnit(value: number, unit: Figure["unit"]): string {
  return `${short(value)}${unit === "/s" ? "" : " "}${unit}`;
}

/** About three digits. */
function short(value: number): string {
  return value >= 100 ? formatCount(value) : value.toPrecision(3);
}
