/**
 * `simulate replay RUN`: replays a run. A virtual run is compared with its trace, event by event. Of a run on real
 * threads, each agent is replayed in the recorded order.
 */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { resultsOption } from "../shared/shared-options.js";
import type { ReplayArguments } from "../handlers/replay.js";

export const definition: CommandModule<object, ReplayArguments> = {
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "Id of a run, its directory, or `last`" })
      .option("times", { type: "string", requiresArg: true, default: "1", describe: "Number of replays" })
      .option("agent", {
        type: "string",
        requiresArg: true,
        describe:
          "Print what happened to this agent, such as 17 or onboarding_17, and mark where it broke an invariant; " +
          "of a run on real threads, only this agent is replayed",
      })
      .option("results", resultsOption)
      .epilogue(
        examples(
          ["$0 replay last", "whether the last run has the same outcome again"],
          ["$0 replay last --agent 17 --times 1000", "the operations on one agent, a thousand times"],
        ),
      ),
  handler: async (args) => (await import("../handlers/replay.js")).handler(args),
};
