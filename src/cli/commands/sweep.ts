/** `simulate sweep`: many seeds of a scenario under simulated time, and what they have reached. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { faultsOption } from "../shared/fault-options.js";
import { mailboxOption, quietOption, jsonOption, planOptions, resultsOption } from "../shared/shared-options.js";
import type { SweepArguments } from "../handlers/sweep.js";

const { scenario, workers, duration } = planOptions;

export const definition: CommandModule<object, SweepArguments> = {
  builder: (yargs) =>
    yargs
      .options({ scenario, workers, duration })
      .option("seeds", {
        type: "string",
        requiresArg: true,
        default: "1..100",
        describe: "The first and the last, such as 1..10000",
      })
      .option("faults", faultsOption)
      .option("mailbox", mailboxOption)
      .option("threads", { type: "string", requiresArg: true, describe: "How many run at once [default: one a core]" })
      .option("bail", { type: "boolean", default: false, describe: "Start no further seed after one that failed" })
      .option("results", resultsOption)
      .option("json", jsonOption)
      .option("quiet", quietOption)
      .epilogue(
        "A sweep that fails or is interrupted leaves its result as JSON in a directory of its own under --results.\n",
      )
      .epilogue(
        examples([
          "$0 sweep --scenario disconnect-storm --workers 100 --seeds 1..1000 --faults",
          "a thousand storms with faults",
        ]),
      ),
  handler: async (args) => (await import("../handlers/sweep.js")).handler(args),
};
