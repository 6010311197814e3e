/** The figures of a run by behaviour, or by phase, for a terminal. */
import type { ChalkInstance } from "chalk";
import { formatCount, formatShare, wrap } from "../../vocabulary/index.js";
import { countersOf, type Summary } from "../../results/index.js";
import { latenciesByPart, partsOf, type Division, type RunPart } from "../tagged-parts.js";
import { latencyTable } from "./latency-table.js";

/** The sections for each division; one that the run has nothing for says why. */
export function taggedSections(
  summary: Pick<Summary, "tagged">,
  by: readonly Division[],
  chalk: ChalkInstance,
  width: number,
): string[][] {
  return by.flatMap((division) => {
    const title = `By ${division}`;
    const parts = partsOf(summary, division);
    if (typeof parts === "string") return [[`${chalk.bold(title)}  ${parts}`]];
    const latencies = latenciesByPart(parts).map(({ label, rows }) => [
      chalk.bold(`${title}: ${label}`),
      ...latencyTable("  (ms)", rows, chalk, width),
    ]);
    return [...latencies, [chalk.bold(`${title}: counters`), ...parts.flatMap((part) => counts(part, width))]];
  });
}

function counts({ label, time, figures }: RunPart, width: number): string[] {
  const counters = countersOf(figures).map(({ name, count }) => `${name} ${formatCount(count)}`);
  const rates = Object.entries(figures.rates).map(
    ([name, { passes, total }]) => `${name} ${formatShare(passes, total)}`,
  );
  const facts = [...counters, ...rates];
  return [
    ...wrap(time === undefined ? label : `${label}, ${time}`, width - 2).map((line) => `  ${line}`),
    ...wrap(facts.length === 0 ? "nothing" : facts.join(" · "), width - 4).map((line) => `    ${line}`),
  ];
}
