/** `simulate trace RUN`: what happened in a run under simulated time, event by event. */
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
        describe: "Only what is about this agent, such as 17 or onboarding_17",
      })
      .option("from", { type: "string", requiresArg: true, describe: "Only from this time of the run on, such as 6s" })
      .option("to", { type: "string", requiresArg: true, describe: "Only up to this time of the run, such as 6500ms" })
      .option("results", resultsOption)
      .option("json", jsonOption)
      .option("html", htmlOption)
      .option("open", openOption)
      .epilogue(
        "With --json there is an object a line. The page is the life of the agent that --agent names, as a sequence diagram.\n",
      )
      .epilogue(
        examples(
          ["$0 trace last --agent 17", "the life of one agent"],
          ["$0 trace last --agent 17 --open", "the same as a picture"],
        ),
      ),
  handler: async (args) => (await import("../handlers/trace.js")).handler(args),
};
