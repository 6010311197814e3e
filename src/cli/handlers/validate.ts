/** `simulate validate FILE...`: whether scenarios can be run, and every problem of those that cannot. */
import { arrivalsMsOf, formatDuration, ScenarioError, workersOf } from "../../load/scenario/index.js";
import { plural, EXIT } from "../../vocabulary/index.js";
import { printLines, tellLines } from "../shared/handle-closed-stdout.js";
import { openInput } from "../shared/named-files.js";
import { inputName } from "../shared/standard-input.js";

export interface ValidateArguments {
  readonly files: readonly string[];
}

export async function handler({ files }: ValidateArguments): Promise<void> {
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
}
