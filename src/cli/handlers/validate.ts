/** `simulate validate FILE...`: checks scenarios, and prints every problem of the invalid ones. */
import { arrivalsMsOf, formatDuration, ScenarioError, scenarioWorkers } from "../../load/scenario/index.js";
import { EXIT, ownFramesOf, workersText } from "../../vocabulary/index.js";
import { logLines, printLines } from "../shared/handle-closed-stdout.js";
import { openInput } from "../shared/named-files.js";
import { inputName } from "../shared/standard-input.js";

export interface ValidateArguments {
  readonly files: readonly string[];
}

export async function handler({ files }: ValidateArguments): Promise<void> {
  for (const file of files) {
    try {
      const { scenario } = await openInput(file);
      const size = `${workersText(scenarioWorkers(scenario))} in ${formatDuration(arrivalsMsOf(scenario))}`;
      printLines(`${inputName(file)}: valid: ${scenario.name}, ${size}`);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      logLines(...error.problems, ...ownFramesOf(error).map((frame) => `    ${frame}`));
      process.exitCode = EXIT.usage;
    }
  }
}
