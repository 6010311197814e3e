/**
 * `simulate --scenario NAME`: checks the arguments and prints the first line. The engine is imported afterwards, as
 * loading it takes longer than the checks.
 */
import { planSizeText } from "../../load/scenario/plan-size.js";
import { chosenRun, type RunArguments } from "../shared/chosen-run.js";
import { interruptSignal } from "../shared/interrupt.js";
import { logLines } from "../shared/print.js";
import { warnOfPlan } from "../shared/warn-of-plan.js";

export async function handler(args: RunArguments): Promise<void> {
  const chosen = await chosenRun(args);
  const { plan } = chosen;
  const isOverNetwork = args.target !== undefined || args.listen !== undefined;
  warnOfPlan(chosen, [plan], { ...args, isOverNetwork, what: "run" });
  const interrupt = interruptSignal();
  if (!args.quiet) logLines(`${plan.scenario}: ${planSizeText(plan)}, seed ${plan.seed}`);
  await (await import("../shared/carry-out-run.js")).carryOutRun(chosen, args, interrupt);
}
