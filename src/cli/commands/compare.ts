/** `simulate compare BASE CURRENT`: two results of `simulate bench`, or runs of a scenario, metric by metric; two runs side by side, too. */
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
        describe:
          "Before: a file of simulate bench --output (- for standard input), a run, or a directory with several runs",
      })
      .positional("current", { type: "string", demandOption: true, describe: "Now: the same" })
      .options(comparisonOptions)
      .options({ results: resultsOption, html: htmlOption, open: openOption })
      .epilogue(
        examples(
          ["$0 compare results/baseline/bench.json now.json", "against the baseline that is kept with the sources"],
          ["$0 compare results/before results/after", "the runs under one directory with those under another"],
          ["$0 compare 20260102T030405-steady-1-77 last --open", "two runs side by side, in a page"],
        ),
      ),
  handler: async (args) => (await import("../handlers/compare.js")).handler(args),
};
