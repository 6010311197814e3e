/** `simulate compare BASE CURRENT`: compares two results of `simulate bench`, or the runs of a scenario. */
import type { CommandModule } from "yargs";
import { comparisonOptions, htmlOption, openOption, resultsOption } from "../shared/shared-options.js";
import { examples } from "../shared/examples.js";
import type { CompareArguments } from "../handlers/compare.js";

export const definition: CommandModule<object, CompareArguments> = {
  builder: (yargs) =>
    yargs
      .positional("base", {
        type: "string",
        demandOption: true,
        describe: "The base: a file of bench --output (- for standard input), a run, or a directory of several runs",
      })
      .positional("current", { type: "string", demandOption: true, describe: "What to compare with the base" })
      .options(comparisonOptions)
      .options({ results: resultsOption, html: htmlOption, open: openOption })
      .epilogue(
        examples(
          ["$0 compare results/baseline/bench.json now.json", "with the baseline of the sources"],
          ["$0 compare results/before results/after", "the runs in one directory with those in another"],
          ["$0 compare 20260102T030405-steady-1-5f0c9a1e last --open", "two runs side by side on a page"],
        ),
      ),
  handler: async (args) => (await import("../handlers/compare.js")).handler(args),
};
