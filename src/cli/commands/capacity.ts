/** `simulate capacity`: searches the highest arrival rate at which a scenario passes. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { faultsOption } from "../shared/fault-options.js";
import { listenOptions } from "../shared/listen-options.js";
import {
  changeOptions,
  jsonOption,
  mailboxOption,
  openOption,
  planOptions,
  quietOption,
  recordOption,
  redisOption,
  resultsOption,
  strictOption,
} from "../shared/shared-options.js";
import { targetOptions } from "../shared/target-options.js";
import { MAX_TIME, PRECISION, SEEDS, type CapacityArguments } from "../shared/capacity-options.js";

const { scenario, seed, duration } = planOptions;

export const definition: CommandModule<object, CapacityArguments> = {
  builder: (yargs) =>
    yargs
      .options({ scenario, seed, duration })
      .options(changeOptions)
      .option("start-rate", {
        type: "string",
        requiresArg: true,
        describe: "Arrivals a second of the first trial [default: the scenario's]",
      })
      .option("precision", {
        type: "string",
        requiresArg: true,
        describe: `Search until the rate that fails is at most so many times the rate that passes [default: ${PRECISION}]`,
      })
      .option("max-time", {
        type: "string",
        requiresArg: true,
        describe: `Longest time of the search, such as 10m [default: ${MAX_TIME}]`,
      })
      .option("metric", {
        type: "string",
        requiresArg: true,
        describe: "Only the thresholds on this metric decide [default: all thresholds]",
      })
      .option("threads", {
        type: "string",
        requiresArg: true,
        describe: "Total of the threads for simulated workers and for tasks [default: one for each core]",
      })
      .option("virtual", {
        type: "boolean",
        default: false,
        describe: "Search under simulated time: the same answer on any machine, without the limits of this one",
      })
      .option("seeds", {
        type: "string",
        requiresArg: true,
        describe: `With --virtual: the seeds that a rate must pass with [default: ${SEEDS}]`,
      })
      .option("faults", faultsOption)
      .option("strict", { ...strictOption, describe: "Do not start when the plan has a warning" })
      .option("redis", {
        ...redisOption,
        describe: "With --virtual: the seeds are run by the worker processes (simulate worker) at this URL of Redis",
      })
      .option("mailbox", mailboxOption)
      .option("record", recordOption)
      .options(targetOptions)
      .options(listenOptions)
      .option("resume", {
        type: "string",
        requiresArg: true,
        describe: "Continue the search in this directory; its trials are not repeated",
      })
      .option("results", resultsOption)
      .option("open", openOption)
      .option("json", jsonOption)
      .option("quiet", quietOption)
      .epilogue(
        examples(
          ["$0 capacity --scenario disconnect-storm", "how many arrivals a second this machine takes"],
          ["$0 capacity --scenario steady --metric live_update_latency --precision 1.05", "the limit of one metric"],
          ["$0 capacity --scenario ./my-task.yaml --target http://127.0.0.1:3000", "how many live units a task takes"],
          ["$0 capacity --scenario ./my-task.yaml --virtual --seeds 1..10", "where the thresholds end, on any machine"],
        ),
      ),
  handler: async (args) => (await import("../handlers/capacity.js")).handler(args),
};
