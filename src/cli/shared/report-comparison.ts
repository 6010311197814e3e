/** Prints the comparison of `simulate compare` and `simulate bench --against`. */
import {
  benchmarkActionJson,
  compareFigures,
  comparisonJUnit,
  comparisonMarkdown,
  renderComparison,
  type CompareOptions,
  type Figure,
  type LeftOutRun,
} from "../../bench/index.js";
import { EXIT } from "../../vocabulary/index.js";
import { UsageError } from "./usage-error.js";
import { MIN_EFFECT } from "./shared-options.js";
import { prepareOutputs, writeOutputs, type OutputArguments } from "./output-options.js";
import type { NamedFile } from "./same-file.js";
import { colored } from "./terminal.js";
import { printText } from "./handle-closed-stdout.js";

export interface ComparisonArguments extends OutputArguments {
  readonly "least-effect"?: string | undefined;
}

interface ReportComparisonOptions {
  /** Whether round n of both was measured in turn; false unless given. */
  readonly paired?: boolean;
  /** Whether the verdicts are printed; true unless given. */
  readonly printed?: boolean;
  /** Of two sets of runs, the metrics that only some of the runs of a set have. */
  readonly incomplete?: CompareOptions["incomplete"];
  /** Runs that could not be compared. */
  readonly leftOut?: readonly LeftOutRun[];
  /** The files that were read for it; none unless given. */
  readonly inputs?: readonly NamedFile[];
}

/**
 * Compares, prints, writes the files that were asked for, and sets the exit code.
 * @throws UsageError when nothing can be compared, an option is no such value or a file cannot be written
 */
export function reportComparison(
  base: readonly Figure[],
  current: readonly Figure[],
  { paired = false, printed = true, inputs = [], incomplete, leftOut = [] }: ReportComparisonOptions,
  args: ComparisonArguments,
): void {
  const leastEffect = percent(args["least-effect"] ?? MIN_EFFECT);
  prepareOutputs(args, inputs);
  const compared = compareFigures(base, current, { paired, leastEffect, ...(incomplete && { incomplete }) });
  if (compared.comparisons.length === 0) {
    const why = compared.unmatched.map((metric) => `${metric.name}: ${metric.why}`).join("; ");
    throw new UsageError(`the two results have no metric in common${why === "" ? "" : `: ${why}`}`);
  }
  if (printed) printText(renderComparison(compared, { color: colored(process.stdout) }));
  writeOutputs(args, {
    markdown: () => comparisonMarkdown(compared, leftOut),
    junit: () => comparisonJUnit(compared, leftOut),
    "benchmark-json": () => benchmarkActionJson(current),
  });
  if (compared.comparisons.some(({ verdict }) => verdict === "slower")) process.exitCode = EXIT.threshold;
}

function percent(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value > 0) return value / 100;
  throw new UsageError(`--least-effect must be a number of percent above 0, such as 5, not "${text}"`);
}
