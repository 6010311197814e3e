/** `simulate runs`: lists the runs under the results directory with their verdicts, or removes the old ones. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { jsonOption, resultsOption } from "../shared/shared-options.js";
import type { RunsArguments } from "../handlers/runs.js";

export const definition: CommandModule<object, RunsArguments> = {
  builder: (yargs) =>
    yargs
      .option("results", resultsOption)
      .option("json", jsonOption)
      .option("prune", { type: "boolean", default: false, describe: "Remove all but the latest runs, without asking" })
      .option("keep", { type: "string", requiresArg: true, describe: "The number of the latest runs that stay" })
      .option("dry-run", { type: "boolean", default: false, describe: "Only print what --prune would remove" })
      .epilogue(
        examples(
          ["$0 runs", "a line for each run"],
          ["$0 runs --json", "for a program"],
          ["$0 runs --prune --keep 20 --dry-run", "what would be removed"],
        ),
      ),
  handler: async (args) => (await import("../handlers/runs.js")).handler(args),
};
