/** `simulate validate FILE...`: checks scenarios, and prints every problem of the invalid ones. */
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
        describe: "Paths of YAML files and modules, or names of scenarios; - for standard input",
      })
      .epilogue(
        examples(["$0 validate scenarios/*.yaml", "a line for every problem, and exit code 2 when there are any"]),
      ),
  handler: async (args) => (await import("../handlers/validate.js")).handler(args),
};
