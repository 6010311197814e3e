/** The run that the arguments of `simulate` ask for. Loaded before the first line of a run, so it imports no engine. */
import { defaultThreads } from "../../load/run/run-limits.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import type { Division } from "../../report/index.js";
import { faultRatesFrom } from "./fault-options.js";
import { metricsAddress, portNumber, threadsFrom, type MetricsArguments } from "./numeric-options.js";
import { outputChoices, outputFiles, type OutArguments } from "./out-options.js";
import { prepareCiFiles, type CiFileArguments } from "./ci-files.js";
import { planFrom, type PlanArguments } from "./plan-options.js";
import { DASHBOARD_PORT } from "./shared-options.js";
import { STANDARD_INPUT } from "./standard-input.js";
import { listenChoices, type ListenArguments } from "./listen-options.js";
import { checkTargetArguments, machinesFrom, type MachineArguments, type TargetArguments } from "./target-options.js";
import { UsageError } from "./usage-error.js";

export interface RunArguments
  extends PlanArguments,
    CiFileArguments,
    OutArguments,
    TargetArguments,
    ListenArguments,
    MachineArguments,
    MetricsArguments {
  readonly threads?: string | undefined;
  readonly virtual: boolean;
  readonly faults?: string | undefined;
  readonly mailbox: MailboxKind;
  readonly record: boolean;
  readonly strict: boolean;
  readonly results: string;
  readonly dashboard?: string | undefined;
  readonly by?: Division | readonly Division[] | undefined;
  readonly quiet: boolean;
}

/** The scenario, the plan and the options of the run. */
export type ChosenRun = Awaited<ReturnType<typeof chosenRun>>;

/** @throws {UsageError} for an argument that is invalid or does not apply to the run */
export async function chosenRun(args: RunArguments) {
  const planned = await planFrom(args);
  const listen = listenChoices(args);
  checkTargetArguments(args);
  const machines = machinesFrom(args);
  const refuse = await import("../../load/scenario/index.js");
  if (listen !== undefined) refuse.refuseThreadFaultsOfRouter(planned.scenario);
  else if (args.target !== undefined) refuse.refuseFaultsOfTarget(planned.scenario);
  else refuse.refuseNetworkScenario(planned.scenario);
  // A virtual run always has one thread. Of a run over a network, all threads are clients, or the router's.
  const leastThreads = args.virtual || args.target !== undefined || listen !== undefined ? 1 : 2;
  const threads = args.threads === undefined ? defaultThreads() : threadsFrom(args.threads, leastThreads);
  const faultRates = faultRatesFrom(args.faults);
  if (faultRates !== undefined && !args.virtual)
    throw new UsageError("--faults requires --virtual; on real threads, faults are part of the scenario");
  const metrics = metricsAddress(args);
  if (metrics !== undefined && args.virtual) throw new UsageError("--metrics-port cannot be combined with --virtual");
  const scenarioPath = args.scenario === STANDARD_INPUT ? STANDARD_INPUT : planned.path;
  const outputs = outputChoices(args, args.redis !== undefined);
  const dashboardPort = dashboardPortFrom(args.dashboard);
  prepareCiFiles(args, [{ name: "the scenario", path: scenarioPath }], outputFiles(outputs));
  return { ...planned, listen, machines, threads, faultRates, metrics, dashboardPort, outputs };
}

/** The empty text stands for an option without a value. */
function dashboardPortFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return text === "" ? DASHBOARD_PORT : portNumber("dashboard", text);
}
