/** `simulate --scenario NAME`: a run on real threads or, with `--virtual`, under simulated time, with its progress and its summary. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import {
  planOptions,
  DASHBOARD_PORT,
  outputOptions,
  mailboxOption,
  quietOption,
  resultsOption,
} from "../shared/shared-options.js";
import { faultsOption } from "../shared/fault-options.js";
import { targetOptions } from "../shared/target-options.js";
import type { RunArguments } from "../shared/chosen-run.js";

export const definition: CommandModule<object, RunArguments> = {
  builder: (yargs) =>
    yargs
      .options(planOptions)
      .option("threads", {
        type: "string",
        requiresArg: true,
        describe: "Threads for simulated workers and for tasks, together [default: one a core]",
      })
      .option("virtual", {
        type: "boolean",
        default: false,
        describe: "Under simulated time: the same run, to the last event, whenever it has the same seed",
      })
      .option("faults", faultsOption)
      .option("mailbox", mailboxOption)
      .option("record", {
        type: "boolean",
        default: true,
        describe: "Record the order of operations on real threads, for `simulate replay`; --no-record: do not",
      })
      .options(targetOptions)
      .option("results", resultsOption)
      .option("dashboard", {
        type: "string",
        describe: `Serve the report while the run goes on, on this machine's port of that number [default: ${DASHBOARD_PORT}]`,
      })
      .option("metrics-port", {
        type: "string",
        requiresArg: true,
        describe: "Serve the run's metrics as Prometheus text on this port (/metrics), while it goes on",
      })
      .option("metrics-host", {
        type: "string",
        requiresArg: true,
        describe: "The address to serve them on [default: 127.0.0.1]",
      })
      .options(outputOptions)
      .option("quiet", quietOption)
      .epilogue(
        examples(
          ["$0 --scenario disconnect-storm", "the main job"],
          ["$0 --scenario disconnect-storm --virtual --seed 42", "the same under simulated time"],
          ["$0 --scenario steady --workers 500 --duration 5s --seed 7", "shorter, and another plan"],
          ["$0 --scenario steady --target http://127.0.0.1:3000", "against a router that is there"],
        ),
      ),
  handler: async (args) => (await import("../handlers/run.js")).handler(args),
};
