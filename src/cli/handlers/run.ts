/**
 * `simulate --scenario NAME`: checks what is asked for and prints the first line. The engine is imported only then: loading it takes
 * longer than all of this.
 */
import { defaultThreads } from "../../load/run/run-limits.js";
import { formatDuration } from "../../load/scenario/format-duration.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { plural } from "../../vocabulary/index.js";
import { faultRatesFrom } from "../shared/fault-options.js";
import { tellLines } from "../shared/handle-closed-stdout.js";
import { threadsFrom, wholeNumber } from "../shared/numeric-options.js";
import { prepareOutputs, type OutputArguments } from "../shared/output-options.js";
import { planFrom, type PlanArguments } from "../shared/plan-options.js";
import { DASHBOARD_PORT } from "../shared/shared-options.js";
import { STANDARD_INPUT } from "../shared/standard-input.js";
import { UsageError } from "../shared/usage-error.js";

export interface RunArguments extends PlanArguments, OutputArguments {
  readonly threads?: string | undefined;
  readonly virtual: boolean;
  readonly faults?: string | undefined;
  readonly mailbox: MailboxKind;
  readonly record: boolean;
  readonly results: string;
  readonly dashboard?: string | undefined;
  readonly "metrics-port"?: string | undefined;
  readonly "metrics-host"?: string | undefined;
  readonly quiet: boolean;
}

export async function handler(args: RunArguments): Promise<void> {
  const chosen = await chosenRun(args);
  const { plan } = chosen;
  if (!args.quiet)
    tellLines(
      `${plan.scenario}: ${plural(plan.workers, "worker")} in ${formatDuration(plan.arrivalsMs)}, seed ${plan.seed}`,
    );
  await (await import("../shared/carry-out-run.js")).carryOutRun(chosen, args);
}

/** What the arguments ask for. */
export type ChosenRun = Awaited<ReturnType<typeof chosenRun>>;

/** @throws {UsageError} for an argument that is not valid, or does not apply to the run */
async function chosenRun(args: RunArguments) {
  const planned = await planFrom(args);
  // Simulated time has one thread in any case.
  const threads = args.threads === undefined ? defaultThreads() : threadsFrom(args.threads, args.virtual ? 1 : 2);
  const faultRates = faultRatesFrom(args.faults);
  if (faultRates !== undefined && !args.virtual)
    throw new UsageError("--faults are drawn under simulated time: add --virtual");
  const metricsPort = args["metrics-port"] === undefined ? undefined : portNumber("metrics-port", args["metrics-port"]);
  if (metricsPort === undefined && args["metrics-host"] !== undefined)
    throw new UsageError("--metrics-host is where --metrics-port is served: give that, too");
  if (metricsPort !== undefined && args.virtual)
    throw new UsageError("--metrics-port is for runs that take their time: leave --virtual out");
  if (args.virtual) (await import("../../load/faults/index.js")).refuseThreadFaults(planned.scenario);
  const scenarioPath = args.scenario === STANDARD_INPUT ? STANDARD_INPUT : planned.path;
  prepareOutputs(args, [{ name: "the scenario", path: scenarioPath }]);
  return { ...planned, threads, faultRates, metricsPort, dashboardPort: portFrom(args.dashboard) };
}

/** An option without a value is the empty text. */
function portFrom(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return text === undefined ? undefined : DASHBOARD_PORT;
  return portNumber("dashboard", text);
}

function portNumber(option: string, text: string): number {
  const port = wholeNumber(option, text, 0);
  if (port > 65_535) throw new UsageError(`--${option} must be a port, at most 65535, not ${port}`);
  return port;
}
