/** `simulate validate FILE...`: whether scenarios can be run, and every problem of those that cannot. */
import type { CommandModule } from "yargs";
import { arrivalsMsOf, formatDuration, ScenarioError, workersOf } from "../../load/scenario/index.js";
import { plural } from "../../vocabulary/index.js";
import { EXIT } from "../../vocabulary/index.js";
import { examples } from "../shared/examples.js";
import { printLines, tellLines } from "../shared/handle-closed-stdout.js";
import { openInput } from "../shared/named-files.js";
import { inputName } from "../shared/standard-input.js";

interface ValidateArguments {
  readonly files: readonly string[];
}

export const validateCommand: CommandModule<object, ValidateArguments> = {
  command: "validate <files..>",
  describe: "Check scenarios without running them",
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
  handler: async ({ files }) => {
    for (const file of files) {
      try {
        const { scenario } = await openInput(file);
        printLines(
          `${inputName(file)}: valid: ${scenario.name}, ${plural(workersOf(scenario), "worker")} in ${formatDuration(arrivalsMsOf(scenario))}`,
        );
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
        tellLines(...error.problems);
        process.exitCode = EXIT.usage;
      }
    }
  },
};
