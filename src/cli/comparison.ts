/** What `simulate compare` and `simulate bench --against` have in common: their options, and giving out a comparison. */
import { writeFileSync } from "node:fs";
import {
  benchmarkActionJson,
  compareFigures,
  comparisonJUnit,
  comparisonMarkdown,
  renderComparison,
  type BenchResult,
} from "../bench/index.js";
import { UsageError } from "./errors.js";

/** Something is slower. The same code as of a failed threshold (src/report/verdict.ts). */
const EXIT_SLOWER = 99;

/** For `yargs.options(…)`. */
export const comparisonOptions = {
  "least-effect": { type: "string", requiresArg: true, default: "5", describe: "Changes below this many percent do not matter" },
  markdown: { type: "string", requiresArg: true, describe: "Also write the comparison as Markdown to this file" },
  junit: { type: "string", requiresArg: true, describe: "Also write it as JUnit XML" },
  "benchmark-json": { type: "string", requiresArg: true, describe: "Also write the present figures for github-action-benchmark (customSmallerIsBetter)" },
} as const;

export interface ComparisonArguments {
  readonly "least-effect": string;
  readonly markdown?: string | undefined;
  readonly junit?: string | undefined;
  readonly "benchmark-json"?: string | undefined;
}

/**
 * Compares, prints, writes the files that were asked for, and sets the exit code.
 * @throws UsageError when nothing can be compared, an option is no such value or a file cannot be written
 */
export function giveComparison(base: BenchResult, current: BenchResult, paired: boolean, args: ComparisonArguments): void {
  const compared = compareFigures(base.figures, current.figures, { paired, leastEffect: percent(args["least-effect"]) });
  if (compared.comparisons.length === 0) throw new UsageError("the two results have no metric in common");
  const color = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  process.stdout.write(renderComparison(compared, { color }));
  if (args.markdown !== undefined) writeText(args.markdown, comparisonMarkdown(compared));
  if (args.junit !== undefined) writeText(args.junit, comparisonJUnit(compared));
  if (args["benchmark-json"] !== undefined) writeText(args["benchmark-json"], benchmarkActionJson(current.figures));
  if (compared.comparisons.some(({ verdict }) => verdict === "slower")) process.exitCode = EXIT_SLOWER;
}

/** @throws UsageError when it cannot be written */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${path}: cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

function percent(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value > 0) return value / 100;
  throw new UsageError(`--least-effect must be a number of percent above 0, such as 5, not "${text}"`);
}
