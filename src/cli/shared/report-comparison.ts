/** Reports the comparison of `simulate compare` and `simulate bench --against`. */
import {
  benchmarkActionJson,
  compareFigures,
  comparisonJUnit,
  comparisonMarkdown,
  renderComparison,
  type ComparedRuns,
  type CompareOptions,
  type Figure,
} from "../../bench/index.js";
import { EXIT } from "../../vocabulary/index.js";
import { invalidValue, UsageError } from "./usage-error.js";
import { MIN_EFFECT } from "./shared-options.js";
import { prepareCiFiles, writeCiFiles, type CiFileArguments } from "./ci-files.js";
import type { NamedFile } from "./same-file.js";
import { colored } from "./terminal.js";
import { printText } from "./print.js";

export interface ComparisonArguments extends CiFileArguments {
  readonly "least-effect"?: string | undefined;
}

interface ReportComparisonOptions {
  /** Whether the rounds of both were measured alternately; false by default. */
  readonly paired?: boolean;
  /** Whether the verdicts are printed; true by default. */
  readonly printed?: boolean;
  /** Of two sets of runs, the metrics that only some of the runs of a set have. */
  readonly incomplete?: CompareOptions["incomplete"];
  /** The runs that are compared; none by default. */
  readonly runs?: ComparedRuns;
  /** The files that were read; none by default. */
  readonly inputs?: readonly NamedFile[];
}

/**
 * Compares, prints, writes the files that the options name, and sets the exit code.
 * @throws UsageError when nothing can be compared, an option is invalid or a file cannot be written
 */
export function reportComparison(
  base: readonly Figure[],
  current: readonly Figure[],
  { paired = false, printed = true, inputs = [], incomplete, runs = {} }: ReportComparisonOptions,
  args: ComparisonArguments,
): void {
  const leastEffect = percent(args["least-effect"] ?? MIN_EFFECT);
  prepareCiFiles(args, inputs);
  const compared = compareFigures(base, current, { paired, leastEffect, ...(incomplete && { incomplete }) });
  if (compared.comparisons.length === 0) {
    const why = compared.unmatched.map((metric) => `${metric.name}: ${metric.why}`).join("; ");
    throw new UsageError(`the two results have no metric in common${why === "" ? "" : `: ${why}`}`);
  }
  if (printed) printText(renderComparison(compared, { ...runs, color: colored(process.stdout) }));
  writeCiFiles(args, {
    markdown: () => comparisonMarkdown(compared, runs),
    junit: () => comparisonJUnit(compared, runs),
    "benchmark-json": () => benchmarkActionJson(current),
  });
  if (compared.comparisons.some(({ verdict }) => verdict === "slower")) process.exitCode = EXIT.threshold;
}

function percent(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value > 0) return value / 100;
  throw invalidValue("--least-effect", text, "a percentage above 0, such as 5");
}
