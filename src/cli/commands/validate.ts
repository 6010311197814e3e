/** `simulate validate FILE...`: whether scenarios can be run, and every problem of those that cannot. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import type { ValidateArguments } from "../handlers/validate.js";

export const definition: CommandModule<object, ValidateArguments> = {
  builder: (yargs) =>
    yargs
      .positional("files", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Paths of YAML files and modules, or names; - for standard input",
      })
      .epilogue(
        examples(["$0 validate scenarios/*.yaml", "exit code 2 and a line for every problem, if there are any"]),
      ),
  handler: async (args) => (await import("../handlers/validate.js")).handler(args),
};
