/** `simulate compare BASE CURRENT`: two results of `simulate bench`, metric by metric. */
import { readFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { parseResult, ResultFormatError, type BenchResult } from "../bench/index.js";
import { comparisonOptions, giveComparison, type ComparisonArguments } from "./comparison.js";
import { UsageError } from "./errors.js";

interface Arguments extends ComparisonArguments {
  readonly base: string;
  readonly current: string;
}

export const compareCommand: CommandModule<object, Arguments> = {
  command: "compare <base> <current>",
  describe: "Compare two results of simulate bench; exit 99 when something is slower",
  builder: (yargs) =>
    yargs
      .positional("base", { type: "string", demandOption: true, describe: "The result before: a file of simulate bench --output" })
      .positional("current", { type: "string", demandOption: true, describe: "The result now" })
      .options(comparisonOptions)
      .example("$0 compare results/baseline/bench.json now.json", "against the baseline that is kept with the sources"),
  handler: (args) => giveComparison(read(args.base), read(args.current), false, args),
};

function read(path: string): BenchResult {
  try {
    return parseResult(readFileSync(path, "utf8"), path);
  } catch (error) {
    if (error instanceof ResultFormatError) throw new UsageError(error.message, { cause: error });
    throw new UsageError(`${path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
