/** `simulate history DIR…`: the figures of many runs over time, and where they changed. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { jsonOption, openOption, outputOption } from "../shared/shared-options.js";
import type { HistoryArguments } from "../handlers/history.js";

export const definition: CommandModule<object, HistoryArguments> = {
  builder: (yargs) =>
    yargs
      .positional("directories", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Directories with runs, up to eight folders deep",
      })
      .option("output", {
        ...outputOption,
        describe: "Write the page to this file [default: history.html in the first directory]",
      })
      .option("open", openOption)
      .option("json", jsonOption)
      .epilogue(
        examples(
          ["$0 history results", "the runs of this machine"],
          ["$0 history artifacts -o history.html", "the artifacts of many CI jobs"],
        ),
      ),
  handler: async (args) => (await import("../handlers/history.js")).handler(args),
};
