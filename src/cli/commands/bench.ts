/** `simulate bench`: the project's benchmarks, each figure beside its floor. */
import type { CommandModule } from "yargs";
import {
  BENCH_ROUNDS,
  comparisonOptions,
  PAIRED_BENCH_ROUNDS,
  jsonOption,
  outputOption,
} from "../shared/shared-options.js";
import { examples } from "../shared/examples.js";
import type { BenchArguments } from "../handlers/bench.js";

export const definition: CommandModule<object, BenchArguments> = {
  // Only the part before the first `await` is there when the shell completes a word.
  builder: async (yargs) => {
    const parser = yargs
      .option("rounds", {
        type: "string",
        requiresArg: true,
        describe: `How often each is measured [default: ${BENCH_ROUNDS}; ${PAIRED_BENCH_ROUNDS} with --against]`,
      })
      .option("json", jsonOption)
      .option("output", { ...outputOption, describe: "Also write the JSON to this file" })
      .option("ratios", {
        type: "boolean",
        default: false,
        describe: "Write ratios to the floor only: for a baseline that other machines are compared with",
      })
      .option("against", {
        type: "string",
        requiresArg: true,
        describe: "A commit to compare this checkout with, in turn; exit 99 when something is slower",
      })
      .options(comparisonOptions);
    const { BENCH_NAMES, BENCHES, GATE } = await import("../../bench/index.js");
    return parser
      .positional("names", {
        type: "string",
        array: true,
        choices: BENCH_NAMES,
        describe: `Which benchmarks [default: all; ${GATE} with --against]`,
      })
      .epilogue(`Benchmarks:\n${BENCHES.map(({ name, doc }) => `  ${name.padEnd(10)} ${doc}`).join("\n")}\n`)
      .epilogue(
        examples(
          ["$0 bench floor", "the live-update path, the database and memory beside the machine's own"],
          ["$0 bench status --against main", "did this checkout make status updates slower?"],
        ),
      );
  },
  handler: async (args) => (await import("../handlers/bench.js")).handler(args),
};
