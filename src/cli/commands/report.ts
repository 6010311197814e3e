/** `simulate report RUN`: prints the summary of a finished run, or the progress of an incomplete run. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { byOption, ciFileOptions, htmlOption, openOption, resultsOption } from "../shared/shared-options.js";
import type { ReportArguments } from "../handlers/report.js";

export const definition: CommandModule<object, ReportArguments> = {
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "Id of a run, its directory, or `last`" })
      .option("results", resultsOption)
      .option("by", byOption)
      .option("html", htmlOption)
      .option("open", openOption)
      .options(ciFileOptions)
      .epilogue(
        "Of an incomplete run, the acknowledgements are checked: the exit code is 98 when one of them is not in the " +
          "database, and 1 when their log is lost.\n",
      )
      .epilogue(
        examples(
          ["$0 report last", "the last run"],
          ["$0 report last --by phase", "and its figures by phase"],
          ["$0 report last --open", "its page"],
        ),
      ),
  handler: async (args) => (await import("../handlers/report.js")).handler(args),
};
