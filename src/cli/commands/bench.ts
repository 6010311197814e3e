/** `simulate bench`: measures the project's benchmarks, each figure beside its floor. */
import type { CommandModule } from "yargs";
import {
  BENCH_ROUNDS,
  comparisonOptions,
  PAIRED_BENCH_ROUNDS,
  jsonOption,
  outputOption,
  planOptions,
} from "../shared/shared-options.js";
import { examples } from "../shared/examples.js";
import type { BenchArguments } from "../handlers/bench.js";

export const definition: CommandModule<object, BenchArguments> = {
  // Completion in the shell knows only the options before the first `await`.
  builder: async (yargs) => {
    const parser = yargs
      .option("rounds", {
        type: "string",
        requiresArg: true,
        describe: `Rounds of each benchmark [default: ${BENCH_ROUNDS}; ${PAIRED_BENCH_ROUNDS} with --against]`,
      })
      .option("json", jsonOption)
      .option("output", { ...outputOption, describe: "Also write the JSON to this file" })
      .option("ratios", {
        type: "boolean",
        default: false,
        describe: "Write only ratios to the floor: for a baseline to compare with on other machines",
      })
      .option("against", {
        type: "string",
        requiresArg: true,
        describe: "Measure a commit and this checkout alternately and compare them; exit 99 when something is slower",
      })
      .option("scenario", planOptions.scenario)
      .options(comparisonOptions);
    const { BENCH_NAMES, BENCHES, GATE } = await import("../../bench/index.js");
    return parser
      .positional("names", {
        type: "string",
        array: true,
        choices: BENCH_NAMES,
        describe: `Names of benchmarks [default: all; ${GATE} with --against]`,
      })
      .epilogue(`Benchmarks:\n${BENCHES.map(({ name, doc }) => `  ${name.padEnd(10)} ${doc}`).join("\n")}\n`)
      .epilogue(
        examples(
          ["$0 bench floor", "the live-update path, the database and memory beside the machine's floor"],
          ["$0 bench status --against main", "whether this checkout made status updates slower"],
          ["$0 bench main-job --scenario steady", "what a worker and an update cost in another scenario"],
        ),
      );
  },
  handler: async (args) => (await import("../handlers/bench.js")).handler(args),
};
