/**
 * `simulate --scenario NAME`: checks what is asked for and prints the first line. The engine is imported only then: loading it takes
 * longer than all of this.
 */
import { formatDuration } from "../../load/scenario/format-duration.js";
import { plural } from "../../vocabulary/index.js";
import { chosenRun, type RunArguments } from "../shared/chosen-run.js";
import { interruptSignal } from "../shared/interrupt.js";
import { tellLines } from "../shared/handle-closed-stdout.js";

export async function handler(args: RunArguments): Promise<void> {
  const chosen = await chosenRun(args);
  const { plan } = chosen;
  const interrupt = interruptSignal();
  if (!args.quiet)
    tellLines(
      `${plan.scenario}: ${plural(plan.workers, "worker")} in ${formatDuration(plan.arrivalsMs)}, seed ${plan.seed}`,
    );
  await (await import("../shared/carry-out-run.js")).carryOutRun(chosen, args, interrupt);
}
