/**
 * `simulate --scenario NAME`: checks the arguments and prints the first line. The engine is imported afterwards, as
 * loading it takes longer than the checks.
 */
import { formatDuration } from "../../load/scenario/format-duration.js";
import { plannedWorkers } from "../../load/scenario/plan-size.js";
import { workersText } from "../../vocabulary/index.js";
import { chosenRun, type RunArguments } from "../shared/chosen-run.js";
import { interruptSignal } from "../shared/interrupt.js";
import { logLines } from "../shared/handle-closed-stdout.js";

export async function handler(args: RunArguments): Promise<void> {
  const chosen = await chosenRun(args);
  const { plan } = chosen;
  const interrupt = interruptSignal();
  if (!args.quiet)
    logLines(
      `${plan.scenario}: ${workersText(plannedWorkers(plan))} in ${formatDuration(plan.arrivalsMs)}, seed ${plan.seed}`,
    );
  await (await import("../shared/carry-out-run.js")).carryOutRun(chosen, args, interrupt);
}
