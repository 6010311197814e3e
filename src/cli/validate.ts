/** `simulate validate FILE...`: whether scenarios can be run, and every problem of those that cannot. */
import type { CommandModule } from "yargs";
import { arrivalsMsOf, formatDuration, openScenario, ScenarioError, workersOf } from "../scenario/index.js";
import { plural } from "../report/index.js";
import { EXIT } from "../vocabulary/index.js";
import { examples } from "./examples.js";

interface Arguments {
  readonly files: readonly string[];
}

export const validateCommand: CommandModule<object, Arguments> = {
  command: "validate <files..>",
  describe: "Check scenarios without running them",
  builder: (yargs) =>
    yargs
      .positional("files", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Paths of YAML files and modules, or names",
      })
      .epilogue(
        examples(["$0 validate scenarios/*.yaml", "exit code 2 and a line for every problem, if there are any"]),
      ),
  handler: async ({ files }) => {
    for (const file of files) {
      try {
        const { scenario } = await openScenario(file);
        process.stdout.write(
          `${file}: valid: ${scenario.name}, ${plural(workersOf(scenario), "worker")} in ${formatDuration(arrivalsMsOf(scenario))}\n`,
        );
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
        for (const problem of error.problems) process.stderr.write(`${problem}\n`);
        process.exitCode = EXIT.usage;
      }
    }
  },
};
