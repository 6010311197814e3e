/** What `simulate compare` and `simulate bench --against` have in common: their options, and giving out a comparison. */
import {
  benchmarkActionJson,
  compareFigures,
  comparisonJUnit,
  comparisonMarkdown,
  renderComparison,
  type Figure,
} from "../bench/index.js";
import { EXIT } from "../vocabulary/index.js";
import { UsageError } from "./errors.js";
import { outputOptions, prepareOutputs, writeOutputs, type OutputArguments } from "./output-options.js";
import { colored } from "./terminal.js";

/** For `yargs.options(…)`. */
export const comparisonOptions = {
  "least-effect": {
    type: "string",
    requiresArg: true,
    default: "5",
    describe: "Changes below this many percent do not matter",
  },
  ...outputOptions,
} as const;

export interface ComparisonArguments extends OutputArguments {
  readonly "least-effect": string;
}

interface Giving {
  /** Whether round n of both was measured in turn; false unless given. */
  readonly paired?: boolean;
  /** Whether the verdicts are printed; true unless given. */
  readonly printed?: boolean;
}

/**
 * Compares, prints, writes the files that were asked for, and sets the exit code.
 * @throws UsageError when nothing can be compared, an option is no such value or a file cannot be written
 */
export function giveComparison(
  base: readonly Figure[],
  current: readonly Figure[],
  { paired = false, printed = true }: Giving,
  args: ComparisonArguments,
): void {
  const leastEffect = percent(args["least-effect"]);
  prepareOutputs(args);
  const compared = compareFigures(base, current, { paired, leastEffect });
  if (compared.comparisons.length === 0) throw new UsageError("the two results have no metric in common");
  if (printed) process.stdout.write(renderComparison(compared, { color: colored(process.stdout) }));
  writeOutputs(args, {
    markdown: () => comparisonMarkdown(compared),
    junit: () => comparisonJUnit(compared),
    "benchmark-json": () => benchmarkActionJson(current),
  });
  if (compared.comparisons.some(({ verdict }) => verdict === "slower")) process.exitCode = EXIT.threshold;
}

function percent(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value > 0) return value / 100;
  throw new UsageError(`--least-effect must be a number of percent above 0, such as 5, not "${text}"`);
}
