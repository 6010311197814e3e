/** `simulate init [FILE]`: a commented scenario to start from. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import type { InitArguments } from "../handlers/init.js";

export const definition: CommandModule<object, InitArguments> = {
  builder: (yargs) =>
    yargs
      .positional("file", {
        type: "string",
        default: "scenario.yaml",
        describe: "Where to; an existing file is left alone",
      })
      .epilogue(examples(["$0 init storm.yaml", "then: simulate --scenario ./storm.yaml"])),
  handler: async (args) => (await import("../handlers/init.js")).handler(args),
};
