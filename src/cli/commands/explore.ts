/** `simulate explore`: every interleaving of a small program, or a seeded sample, or one schedule again. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { exploreOptions, type ExploreArguments } from "../shared/explore-options.js";

export const definition: CommandModule<object, ExploreArguments> = {
  builder: (yargs) =>
    yargs
      .positional("program", {
        type: "string",
        describe: "A program's name, the path of a module that exports programs, or `replay`",
      })
      .positional("file", { type: "string", describe: "The program's name in the module; the schedule to replay" })
      .positional("module", {
        type: "string",
        describe: "With replay: the module of the program, if it is one of yours",
      })
      .options(exploreOptions)
      .epilogue(
        examples(
          ["$0 explore", "the programs"],
          ["$0 explore shutdown-waiter --mailbox reference", "find a race of the seed's order"],
          ["$0 explore ./mine.js --strategy pct --seed 7", "your own program, sampled"],
          ["$0 explore replay results/…/schedule.json", "the same failure again"],
          ["$0 explore replay results/…/schedule.json ./mine.js", "the same, of your own program"],
        ),
      ),
  handler: async (args) => (await import("../handlers/explore.js")).handler(args),
};
