/**
 * `simulate validate FILE...`: checks scenarios, and prints every problem of the invalid ones and what their plans
 * show.
 */
import { planSizeText, ScenarioError, warningLines } from "../../load/scenario/index.js";
import { plural, EXIT, ownFramesOf } from "../../vocabulary/index.js";
import { logLines, printLines } from "../shared/print.js";
import { planFrom, type PlanArguments } from "../shared/plan-options.js";
import { inputName } from "../shared/standard-input.js";

export interface ValidateArguments extends Omit<PlanArguments, "scenario"> {
  readonly files: readonly string[];
  readonly strict: boolean;
}

export async function handler({ files, strict, ...args }: ValidateArguments): Promise<void> {
  for (const file of files) {
    try {
      const planned = await planFrom({ ...args, scenario: file });
      const { plan, scenario } = planned;
      const warnings = warningLines(planned, plan);
      logLines(...warnings.map((warning) => `warning: ${warning}`));
      if (strict && warnings.length > 0) {
        process.exitCode = EXIT.usage;
        continue;
      }
      const but = warnings.length === 0 ? "" : `, ${plural(warnings.length, "warning")}`;
      printLines(`${inputName(file)}: valid: ${scenario.name}, ${planSizeText(plan)}${but}`);
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      logLines(...error.problems, ...ownFramesOf(error).map((frame) => `    ${frame}`));
      process.exitCode = EXIT.usage;
    }
  }
}
