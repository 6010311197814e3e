/**
 * Executes a run: serves it, shows its progress, prints its summary and sets the exit code. What only some runs need is
 * imported by those.
 */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { runThreads, type FinishedRun, type RunningRun } from "../../load/run/index.js";
import { renderSummary, renderVerdict } from "../../report/index.js";
import { AGAIN_VARIABLE, assert } from "../../vocabulary/index.js";
import { differingOptions, exitCodeOf, newRunId, reproduceCommand, RUN_FILES } from "../../results/index.js";
import type { ChosenRun, RunArguments } from "./chosen-run.js";
import { logLines, logText, printText } from "./print.js";
import type { MetricsServer } from "./metrics-server.js";
import type { OpenedNetwork } from "./open-target.js";
import { writeCiFiles } from "./ci-files.js";
import { runCiFiles } from "./run-ci-files.js";
import type { RunOut } from "./run-out.js";
import { watchRun, type RunWatch } from "./run-watch.js";
import { lookOf } from "./terminal.js";

/** What a run has opened. What was opened is closed when another part cannot be. */
interface OpenedParts {
  out?: RunOut | undefined;
  metrics?: MetricsServer | undefined;
  watch?: RunWatch;
  network?: OpenedNetwork;
}

/** `interrupt` ends the run early. */
export async function carryOutRun(chosen: ChosenRun, args: RunArguments, interrupt: AbortSignal): Promise<void> {
  const opened: OpenedParts = {};
  let finished: FinishedRun | undefined;
  try {
    finished = await runWith(opened, chosen, args, interrupt);
  } finally {
    if (finished === undefined) await opened.out?.abandon();
    await opened.metrics?.end();
    await opened.watch?.end(finished);
    await opened.network?.close();
  }
  const { summary, directory } = finished;
  if (args.quiet) opened.out?.logProblems(summary);
  writeCiFiles(args, runCiFiles(summary));
  if (!args.quiet)
    printText(renderSummary(summary, { ...lookOf(process.stdout), directory, by: [args.by ?? []].flat() }));
  else if (!summary.verdict.passed) logText(renderVerdict(summary, { ...lookOf(process.stderr), directory }));
  process.exitCode = exitCodeOf(summary);
}

async function runWith(
  opened: OpenedParts,
  chosen: ChosenRun,
  args: RunArguments,
  interrupt: AbortSignal,
): Promise<FinishedRun> {
  const { faultRates, threads } = chosen;
  const out = (opened.out = await openOut(chosen));
  const metrics = (opened.metrics = await openMetrics(chosen));
  if (metrics !== undefined && !args.quiet) logLines(`metrics: ${metrics.url}`);
  const { watch, ...common } = { ...(await watchedRun(chosen, args)), interrupt, samples: out?.samples };
  opened.watch = watch;
  const isOverNetwork = args.target !== undefined || args.listen !== undefined;
  const onStart = (running: RunningRun): void => {
    watch.start(running);
    metrics?.serve(running);
    out?.start(running, common, isOverNetwork ? "network" : "threads");
  };
  let finished: FinishedRun;
  if (isOverNetwork) {
    // Last: nothing is asked of a target, or of other machines, for a run whose ports are in use.
    opened.network = await (await import("./open-target.js")).openNetwork(chosen, args, interrupt);
    finished = await opened.network.run({ ...common, onStart, ...warnings(args.quiet) });
  } else if (args.virtual) {
    const yieldToEventLoop = async (): Promise<void> => {
      await setImmediate();
      await out?.room();
    };
    const simulated = {
      ...{ faultRates, startedAt: new Date(), yieldToEventLoop },
      onStart: (running: Pick<RunningRun, "measured" | "from">) => out?.start(running, common, "virtual"),
    };
    finished = await (await import("./virtual-run.js")).runVirtual({ ...common, ...simulated });
  } else finished = await runThreads({ ...common, threads, record: args.record, onStart, ...warnings(args.quiet) });
  return out === undefined ? finished : out.finish(finished);
}

/** The outputs of the run (`--out`), where it has some. */
async function openOut({ outputs }: ChosenRun): Promise<RunOut | undefined> {
  return outputs.length === 0 ? undefined : (await import("./run-out.js")).openRunOut(outputs);
}

/** Prints what makes a verdict doubtful, unless the run is quiet. */
function warnings(isQuiet: boolean): { readonly onWarning?: (warning: string) => void } {
  return isQuiet ? {} : { onWarning: (warning) => logLines(`warning: ${warning}`) };
}

async function openMetrics({ metrics }: ChosenRun): Promise<MetricsServer | undefined> {
  if (metrics === undefined) return undefined;
  return (await import("./metrics-server.js")).startMetricsServer(metrics.host, metrics.port);
}

/** The options of all engines, and the watch of the run. */
async function watchedRun(chosen: ChosenRun, args: RunArguments) {
  const { scenario, path, text, isRepeatable, plan, options, dashboardPort } = chosen;
  const runId = newRunId(scenario.name, plan.seed, new Date());
  const directory = join(args.results, runId);
  const { quiet, virtual: simulated } = args;
  const from = args.target === undefined && args.listen === undefined ? "inside" : "clients";
  const watch = await watchRun({ scenario, plan, runId, directory, simulated, quiet, dashboardPort, from });
  assert(args.scenario !== undefined, "a run has a scenario");
  // What the file would not give again is in the text that the run stores.
  const isChanged = args.set !== undefined || args.threshold !== undefined;
  const source = isRepeatable === true && !isChanged ? args.scenario : join(directory, RUN_FILES.scenario);
  return {
    watch,
    loaded: { scenario, path, text },
    plan,
    planOptions: options,
    mailbox: args.mailbox,
    resultsRoot: args.results,
    runId,
    options: differingOptions(args),
    reproduce: process.env[AGAIN_VARIABLE] ?? reproduceCommand(source, plan.seed, args),
    onProgress: watch.onProgress,
  };
}
