/** `simulate --scenario NAME`: runs a scenario on real threads or, with `--virtual`, under simulated time. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import {
  byOption,
  changeOptions,
  planOptions,
  DASHBOARD_PORT,
  ciFileOptions,
  mailboxOption,
  metricsOptions,
  quietOption,
  recordOption,
  resultsOption,
  strictOption,
} from "../shared/shared-options.js";
import { faultsOption } from "../shared/fault-options.js";
import { listenOptions } from "../shared/listen-options.js";
import { outOption } from "../shared/out-options.js";
import { machineOptions, targetOptions } from "../shared/target-options.js";
import type { RunArguments } from "../shared/chosen-run.js";

export const definition: CommandModule<object, RunArguments> = {
  builder: (yargs) =>
    yargs
      .options(planOptions)
      .options(changeOptions)
      .option("threads", {
        type: "string",
        requiresArg: true,
        describe: "Total of the threads for simulated workers and for tasks [default: one for each core]",
      })
      .option("virtual", {
        type: "boolean",
        default: false,
        describe: "Run under simulated time: the same seed gives exactly the same events",
      })
      .option("faults", faultsOption)
      .option("strict", strictOption)
      .option("mailbox", mailboxOption)
      .option("record", recordOption)
      .options(targetOptions)
      .options(listenOptions)
      .options(machineOptions)
      .option("results", resultsOption)
      .option("dashboard", {
        type: "string",
        describe: `Serve the report during the run on this port of 127.0.0.1 [default: ${DASHBOARD_PORT}]`,
      })
      .options(metricsOptions)
      .option("out", outOption)
      .options(ciFileOptions)
      .option("by", byOption)
      .option("quiet", quietOption)
      .epilogue(
        examples(
          ["$0 --scenario disconnect-storm", "the main scenario"],
          ["$0 --scenario disconnect-storm --virtual --seed 42", "the same under simulated time"],
          ["$0 --scenario steady --workers 500 --duration 5s --seed 7", "a shorter run with another plan"],
          ["$0 --scenario disconnect-storm --by behaviour", "also the figures of those who stayed"],
          ["$0 --scenario steady --target http://127.0.0.1:3000", "load a running router"],
          ["$0 --scenario steady --target URL --redis redis://queue.example", "load it from several machines"],
          ["$0 --scenario page-reload --listen 127.0.0.1:3000", "be the router of a Mephisto task"],
        ),
      ),
  handler: async (args) => (await import("../handlers/run.js")).handler(args),
};
