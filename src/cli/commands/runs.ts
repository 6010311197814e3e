/** `simulate runs`: lists the runs under the results directory with their verdicts. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { jsonOption, resultsOption } from "../shared/shared-options.js";
import type { RunsArguments } from "../handlers/runs.js";

export const definition: CommandModule<object, RunsArguments> = {
  builder: (yargs) =>
    yargs
      .option("results", resultsOption)
      .option("json", jsonOption)
      .epilogue(examples(["$0 runs", "a line for each run"], ["$0 runs --json", "for a program"])),
  handler: async (args) => (await import("../handlers/runs.js")).handler(args),
};
