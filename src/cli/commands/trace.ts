/** `simulate trace RUN`: prints the events of a virtual run. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { htmlOption, jsonOption, openOption, resultsOption } from "../shared/shared-options.js";
import type { TraceArguments } from "../handlers/trace.js";

export const definition: CommandModule<object, TraceArguments> = {
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "Id of a run, its directory, or `last`" })
      .option("agent", {
        type: "string",
        requiresArg: true,
        describe: "Only the events of this agent, such as 17 or onboarding_17",
      })
      .option("from", { type: "string", requiresArg: true, describe: "Only events from this time on, such as 6s" })
      .option("to", { type: "string", requiresArg: true, describe: "Only events up to this time, such as 6500ms" })
      .option("results", resultsOption)
      .option("json", jsonOption)
      .option("html", htmlOption)
      .option("open", openOption)
      .epilogue("With --json, each line is an object. The page shows the events of --agent as a sequence diagram.\n")
      .epilogue(
        examples(
          ["$0 trace last --agent 17", "the events of one agent"],
          ["$0 trace last --agent 17 --open", "the same as a sequence diagram"],
        ),
      ),
  handler: async (args) => (await import("../handlers/trace.js")).handler(args),
};
