/** `simulate validate FILE...`: checks scenarios, and prints every problem of the invalid ones. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { changeOptions, planOptions, strictOption } from "../shared/shared-options.js";
import type { ValidateArguments } from "../handlers/validate.js";

const { seed, workers, duration } = planOptions;

export const definition: CommandModule<object, ValidateArguments> = {
  builder: (yargs) =>
    yargs
      .positional("files", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Paths of YAML files and modules, or names of scenarios; - for standard input",
      })
      .options({ seed, workers, duration })
      .options(changeOptions)
      .option("strict", strictOption)
      .epilogue(
        examples(
          ["$0 validate scenarios/*.yaml", "a line for every problem, and exit code 2 when there are any"],
          ["$0 validate --strict ./mine.yaml", "the same for warnings"],
        ),
      ),
  handler: async (args) => (await import("../handlers/validate.js")).handler(args),
};
