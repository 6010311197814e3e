/** `simulate init [FILE]`: writes a scenario with comments. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import type { InitArguments } from "../handlers/init.js";

export const definition: CommandModule<object, InitArguments> = {
  builder: (yargs) =>
    yargs
      .positional("file", {
        type: "string",
        default: "scenario.yaml",
        describe: "The file to write; an existing file is not changed",
      })
      .epilogue(examples(["$0 init storm.yaml", "then: simulate --scenario ./storm.yaml"])),
  handler: async (args) => (await import("../handlers/init.js")).handler(args),
};
