/** `simulate serve --port 3000`: the model as a live platform behind Mephisto's protocol, for people with browsers. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { serverOptions } from "../shared/server-options.js";
import { changeOptions, mailboxOption, planOptions, quietOption, resultsOption } from "../shared/shared-options.js";
import type { ServeArguments } from "../handlers/serve.js";

const options = {
  port: {
    type: "string",
    requiresArg: true,
    default: "3000",
    describe: "The port to listen on; 0: any that is free",
  },
  host: {
    type: "string",
    requiresArg: true,
    default: "127.0.0.1",
    describe: "The address to listen on; the protocol has no authentication",
  },
  "allow-remote": {
    type: "boolean",
    default: false,
    describe: "Allow a --host that other machines can reach",
  },
  // Not as `default`: a scenario that is given as an argument takes its place.
  scenario: { ...planOptions.scenario, describe: `${planOptions.scenario.describe} [default: steady]` },
  workers: {
    ...planOptions.workers,
    describe:
      "Number of simulated workers; scales the arrival rates, or how many are kept at once [default: partners, where a task needs some]",
  },
  seed: {
    type: "string",
    requiresArg: true,
    describe: "Of the simulated workers [default: the scenario's]",
  },
  duration: {
    type: "string",
    requiresArg: true,
    describe: "How long to serve, such as 10m [default: until Ctrl-C]",
  },
  drain: {
    type: "string",
    requiresArg: true,
    default: "10s",
    describe: "How long people have to finish after that",
  },
  people: {
    type: "string",
    requiresArg: true,
    default: "1000",
    describe: "The most people who can register",
  },
  ...serverOptions,
  detection: {
    choices: ["heartbeat", "close"],
    default: "heartbeat",
    describe:
      "How a lost browser is noticed: by heartbeats alone, as Mephisto does, or also by the close of its socket",
  },
  grace: {
    type: "string",
    requiresArg: true,
    default: "10s",
    describe: "With --detection close: how long a browser may take to come back",
  },
  "live-update-timeout": {
    type: "string",
    requiresArg: true,
    default: "5m",
    describe: "How long the task waits for what a person does next",
  },
  "submission-timeout": {
    type: "string",
    requiresArg: true,
    default: "10m",
    describe: "How long it waits for the submit",
  },
} as const;

export const definition: CommandModule<object, ServeArguments> = {
  builder: (yargs) =>
    yargs
      .options(options)
      .option("set", changeOptions.set)
      .option("mailbox", mailboxOption)
      .option("results", resultsOption)
      .option("quiet", quietOption)
      .epilogue(
        examples(
          ["$0 serve --port 3000", "open http://127.0.0.1:3000/ and work"],
          ["$0 serve --scenario partner-disconnect", "with a simulated partner"],
          ["$0 serve --page ./webapp/build --token s3cret", "the pages of your own Mephisto task"],
        ),
      ),
  handler: async (args) => (await import("../handlers/serve.js")).handler(args),
};
