/** `simulate sweep`: runs many seeds of a scenario under simulated time, and counts the coverage marks. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { faultsOption } from "../shared/fault-options.js";
import {
  changeOptions,
  jsonOption,
  mailboxOption,
  planOptions,
  quietOption,
  resultsOption,
  strictOption,
} from "../shared/shared-options.js";
import { redisOption, resumeOption } from "../shared/redis-options.js";
import type { SweepArguments } from "../shared/sweep-report.js";

const { scenario, workers, duration } = planOptions;

export const definition: CommandModule<object, SweepArguments> = {
  builder: (yargs) =>
    yargs
      .options({ scenario, workers, duration })
      .options(changeOptions)
      .option("seeds", {
        type: "string",
        requiresArg: true,
        describe: "The first and the last seed, such as 1..10000 or 1-10000 [default: 1..100]",
      })
      .option("faults", faultsOption)
      .option("mailbox", mailboxOption)
      .option("threads", {
        type: "string",
        requiresArg: true,
        describe: "Concurrent runs [default: one for each core]",
      })
      .option("thresholds", {
        type: "boolean",
        default: false,
        describe: "Evaluate the scenario's thresholds too: a seed that misses one fails; --threshold implies it",
      })
      .option("demo", {
        type: "boolean",
        default: false,
        describe: "Sweep the scenario planted-race, whose task has a planted fault, and show how it is hunted",
      })
      .option("strict", { ...strictOption, describe: "Do not start when the plan has a warning" })
      .option("bail", { type: "boolean", default: false, describe: "Start no further seed after a failure" })
      .option("redis", redisOption)
      .option("resume", resumeOption)
      .option("results", resultsOption)
      .option("json", jsonOption)
      .option("quiet", quietOption)
      .epilogue(
        "A sweep that fails or is interrupted writes its result as JSON into a new directory under --results.\n",
      )
      .epilogue(
        examples(
          [
            "$0 sweep --scenario disconnect-storm --workers 100 --seeds 1..1000 --faults",
            "a thousand storms with faults",
          ],
          ["$0 sweep --demo", "find a planted fault, and print the commands that shrink and replay it"],
        ),
      ),
  handler: async (args) => (await import("../handlers/sweep.js")).handler(args),
};
