/**
 * `simulate --scenario NAME`: checks the arguments and prints the first line. The engine is imported afterwards, as
 * loading it takes longer than the checks.
 */
import { warningLines } from "../../load/scenario/index.js";
import { planSizeText } from "../../load/scenario/plan-size.js";
import { chosenRun, type ChosenRun, type RunArguments } from "../shared/chosen-run.js";
import { interruptSignal } from "../shared/interrupt.js";
import { logLines } from "../shared/handle-closed-stdout.js";
import { UsageError } from "../shared/usage-error.js";

export async function handler(args: RunArguments): Promise<void> {
  const chosen = await chosenRun(args);
  const { plan } = chosen;
  warnOf(chosen, args);
  const interrupt = interruptSignal();
  if (!args.quiet) logLines(`${plan.scenario}: ${planSizeText(plan)}, seed ${plan.seed}`);
  await (await import("../shared/carry-out-run.js")).carryOutRun(chosen, args, interrupt);
}

/** Prints what the plan shows. @throws {UsageError} with `--strict`, when it shows anything */
function warnOf(chosen: ChosenRun, { quiet, strict, target, listen }: RunArguments): void {
  if (quiet && !strict) return;
  const isOverNetwork = target !== undefined || listen !== undefined;
  const warnings = warningLines(chosen, chosen.plan, { isOverNetwork });
  logLines(...warnings.map((warning) => `warning: ${warning}`));
  if (strict && warnings.length > 0)
    throw new UsageError(`the run was not started: with --strict, the plan may have no warning`);
}
