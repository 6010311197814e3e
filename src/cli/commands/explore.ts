/** `simulate explore`: runs every interleaving of a small program, or a seeded sample, or replays one schedule. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { exploreOptions, type ExploreArguments } from "../shared/explore-options.js";

export const definition: CommandModule<object, ExploreArguments> = {
  builder: (yargs) =>
    yargs
      .positional("program", {
        type: "string",
        describe: "Name of a program, path of a module that exports programs, or `replay`",
      })
      .positional("file", { type: "string", describe: "Name of the program in the module; with replay: the schedule" })
      .positional("module", {
        type: "string",
        describe: "With replay: the module of the program, unless the program is built in",
      })
      .options(exploreOptions)
      .epilogue(
        examples(
          ["$0 explore", "list the programs"],
          ["$0 explore shutdown-waiter --mailbox reference", "find a race of the original's order"],
          ["$0 explore ./mine.js --strategy pct --seed 7", "sample the schedules of your own program"],
          ["$0 explore replay results/…/schedule.json", "replay a failure"],
          ["$0 explore replay results/…/schedule.json ./mine.js", "replay a failure of your own program"],
        ),
      ),
  handler: async (args) => (await import("../handlers/explore.js")).handler(args),
};
