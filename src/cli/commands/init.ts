/** `simulate init [FILE]`: writes a scenario with comments, or a folder for Mephisto. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import type { InitArguments } from "../handlers/init.js";

export const definition: CommandModule<object, InitArguments> = {
  builder: (yargs) =>
    yargs
      .positional("file", {
        type: "string",
        describe: 'The file to write; an existing file is not changed [default: "scenario.yaml"]',
      })
      .option("from", {
        type: "string",
        requiresArg: true,
        describe: "Start from a scenario of the package (the command `list` has them)",
      })
      .option("mephisto", {
        type: "string",
        requiresArg: true,
        describe:
          "Write a folder that Mephisto's local architect starts as its router (server_source_path), with simulated workers",
      })
      .epilogue(
        examples(
          ["$0 init storm.yaml", "then: $0 storm.yaml"],
          ["$0 init storm.yaml --from disconnect-storm", "a copy of a scenario of the package"],
          ["$0 init --mephisto ./router", "then: launch the task with architect.server_source_path=./router"],
        ),
      ),
  handler: async (args) => (await import("../handlers/init.js")).handler(args),
};
