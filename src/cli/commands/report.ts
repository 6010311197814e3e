/** `simulate report RUN`: the summary of a finished run again; of one that was cut off, how far it had come. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { outputOptions, htmlOption, openOption, resultsOption } from "../shared/shared-options.js";
import type { ReportArguments } from "../handlers/report.js";

export const definition: CommandModule<object, ReportArguments> = {
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "The run's id, its directory, or `last`" })
      .option("results", resultsOption)
      .option("html", htmlOption)
      .option("open", openOption)
      .options(outputOptions)
      .epilogue(
        "A run that was cut off is checked: what was acknowledged to clients must be in its database, or the exit code is 98; where the log of that is lost, it is 1.\n",
      )
      .epilogue(examples(["$0 report last", "the last run"], ["$0 report last --open", "its pictures"])),
  handler: async (args) => (await import("../handlers/report.js")).handler(args),
};
