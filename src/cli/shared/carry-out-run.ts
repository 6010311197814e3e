/** Executes a run: serves it, shows its progress, prints its summary and sets the exit code. */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { runNetwork, runThreads, runVirtual, type FinishedRun, type RunningRun } from "../../load/run/index.js";
import { renderSummary } from "../../report/index.js";
import { assert } from "../../vocabulary/index.js";
import { differingOptions, exitCodeOf, newRunId, reproduceCommand, RUN_FILES } from "../../results/index.js";
import type { ChosenRun, RunArguments } from "./chosen-run.js";
import { logLines, printText } from "./handle-closed-stdout.js";
import { startMetricsServer } from "./metrics-server.js";
import { openNetwork } from "./open-target.js";
import { writeOutputs } from "./output-options.js";
import { runOutputs } from "./run-outputs.js";
import { watchRun } from "./run-watch.js";
import { STANDARD_INPUT } from "./standard-input.js";
import { colored, widthOf } from "./terminal.js";

/** `interrupt` ends the run early. */
export async function carryOutRun(chosen: ChosenRun, args: RunArguments, interrupt: AbortSignal): Promise<void> {
  const { metricsPort, faultRates, threads } = chosen;
  const opened = await openNetwork(chosen, args, interrupt);
  const metrics =
    metricsPort === undefined ? undefined : await startMetricsServer(args["metrics-host"] ?? "127.0.0.1", metricsPort);
  if (metrics !== undefined && !args.quiet) logLines(`metrics: ${metrics.url}`);
  const { watch, ...common } = { ...(await watchedRun(chosen, args)), interrupt };
  let finished: FinishedRun | undefined;
  try {
    const onStart = (running: RunningRun): void => metrics?.serve(running);
    if (opened !== undefined) finished = await runNetwork({ ...common, onStart }, opened);
    else if (args.virtual)
      finished = await runVirtual({
        ...common,
        faultRates,
        startedAt: new Date(),
        yieldToEventLoop: () => setImmediate(),
      });
    else finished = await runThreads({ ...common, threads, record: args.record, onStart, ...warnings(args.quiet) });
  } finally {
    await metrics?.end();
    await watch.end(finished);
    await opened?.close?.();
  }
  const { summary, directory } = finished;
  writeOutputs(args, runOutputs(summary));
  if (!args.quiet)
    printText(renderSummary(summary, { color: colored(process.stdout), width: widthOf(process.stdout), directory }));
  process.exitCode = exitCodeOf(summary);
}

/** Prints what makes a verdict doubtful, unless the run is quiet. */
function warnings(isQuiet: boolean): { readonly onWarning?: (warning: string) => void } {
  return isQuiet ? {} : { onWarning: (warning) => logLines(`warning: ${warning}`) };
}

/** The options of all engines, and the watch of the run. */
async function watchedRun({ scenario, path, text, plan, options, dashboardPort }: ChosenRun, args: RunArguments) {
  const runId = newRunId(scenario.name, plan.seed, new Date());
  const directory = join(args.results, runId);
  const { quiet, virtual: simulated } = args;
  const from = args.target === undefined && args.listen === undefined ? "inside" : "clients";
  const watch = await watchRun({ scenario, plan, runId, directory, simulated, quiet, dashboardPort, from });
  // Standard input cannot be read again, and a file lacks the changes, but the run stores the text.
  assert(args.scenario !== undefined, "a run has a scenario");
  const isChanged = args.set !== undefined || args.threshold !== undefined;
  const isStored = args.scenario === STANDARD_INPUT || isChanged;
  const source = isStored ? join(directory, RUN_FILES.scenario) : args.scenario;
  return {
    watch,
    loaded: { scenario, path, text },
    plan,
    planOptions: options,
    mailbox: args.mailbox,
    resultsRoot: args.results,
    runId,
    options: differingOptions(args),
    reproduce: reproduceCommand(source, plan.seed, args),
    onProgress: watch.onProgress,
  };
}
