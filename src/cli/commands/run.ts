/** `simulate --scenario NAME`: a run on real threads or, with `--virtual`, under simulated time, with its progress and its summary. */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { CommandModule } from "yargs";
import { differingOptions, newRunId, reproduceCommand } from "../../results/index.js";
import { refuseThreadFaults } from "../../load/faults/index.js";
import { runThreads, runVirtual, defaultThreads, type FinishedRun } from "../../load/run/index.js";
import { exitCodeOf, RUN_FILES } from "../../results/index.js";
import { renderSummary } from "../../report/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { examples } from "../shared/examples.js";
import { planFrom, planOptions, threadsFrom, wholeNumber, type PlanArguments } from "../shared/plan-options.js";
import { UsageError } from "../shared/usage-error.js";
import { faultRatesFrom, faultsOption } from "../shared/fault-options.js";
import { interruptSignal } from "../shared/interrupt.js";
import { DASHBOARD_PORT } from "../shared/dashboard.js";
import { startMetricsServer } from "../shared/metrics-server.js";
import {
  outputOptions,
  prepareOutputs,
  runOutputs,
  writeOutputs,
  type OutputArguments,
} from "../shared/output-options.js";
import { watchRun } from "../shared/run-watch.js";
import { mailboxOption, quietOption, resultsOption } from "../shared/shared-options.js";
import { STANDARD_INPUT } from "../shared/standard-input.js";
import { colored, widthOf } from "../shared/terminal.js";
import { printText, tellLines } from "../shared/handle-closed-stdout.js";

interface RunArguments extends PlanArguments, OutputArguments {
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

export const runCommand: CommandModule<object, RunArguments> = {
  command: ["$0", "run"],
  describe: "Run a scenario, on real threads or under simulated time, and judge it",
  builder: (yargs) =>
    yargs
      .options(planOptions)
      .option("threads", {
        type: "string",
        requiresArg: true,
        describe: "Threads for simulated workers and for tasks, together [default: one a core]",
      })
      .option("virtual", {
        type: "boolean",
        default: false,
        describe: "Under simulated time: the same run, to the last event, whenever it has the same seed",
      })
      .option("faults", faultsOption)
      .option("mailbox", mailboxOption)
      .option("record", {
        type: "boolean",
        default: true,
        describe: "Record the order of operations on real threads, for `simulate replay`; --no-record: do not",
      })
      .option("results", resultsOption)
      .option("dashboard", {
        type: "string",
        describe: `Serve the report while the run goes on, on this machine's port of that number [default: ${DASHBOARD_PORT}]`,
      })
      .option("metrics-port", {
        type: "string",
        requiresArg: true,
        describe: "Serve the run's metrics as Prometheus text on this port (/metrics), while it goes on",
      })
      .option("metrics-host", {
        type: "string",
        requiresArg: true,
        describe: "The address to serve them on [default: 127.0.0.1]",
      })
      .options(outputOptions)
      .option("quiet", quietOption)
      .epilogue(
        examples(
          ["$0 --scenario disconnect-storm", "the main job"],
          ["$0 --scenario disconnect-storm --virtual --seed 42", "the same under simulated time"],
          ["$0 --scenario steady --workers 500 --duration 5s --seed 7", "shorter, and another plan"],
        ),
      ),
  async handler(args) {
    const { scenario, path: _path, text, plan, options } = await planFrom(args);
    // Simulated time has one thread in any case.
    const threads = args.threads === undefined ? defaultThreads() : threadsFrom(args.threads, args.virtual ? 1 : 2);
    const faultRates = faultRatesFrom(args.faults);
    if (faultRates !== undefined && !args.virtual)
      throw new UsageError("--faults are drawn under simulated time: add --virtual");
    const metricsPort =
      args["metrics-port"] === undefined ? undefined : portNumber("metrics-port", args["metrics-port"]);
    if (metricsPort === undefined && args["metrics-host"] !== undefined)
      throw new UsageError("--metrics-host is where --metrics-port is served: give that, too");
    if (metricsPort !== undefined && args.virtual)
      throw new UsageError("--metrics-port is for runs that take their time: leave --virtual out");
    if (args.virtual) refuseThreadFaults(scenario);
    const isRead = args.scenario === STANDARD_INPUT;
    prepareOutputs(args, [{ name: "the scenario", path: isRead ? STANDARD_INPUT : _path }]);
    const metrics =
      metricsPort === undefined
        ? undefined
        : await startMetricsServer(args["metrics-host"] ?? "127.0.0.1", metricsPort);
    if (metrics !== undefined && !args.quiet) tellLines(`metrics: ${metrics.url}`);
    const interrupt = interruptSignal();
    const runId = newRunId(scenario.name, plan.seed, new Date());
    const watch = await watchRun({
      scenario,
      plan,
      runId,
      directory: join(args.results, runId),
      simulated: args.virtual,
      quiet: args.quiet,
      dashboardPort: portFrom(args.dashboard),
    });
    const common = {
      loaded: { scenario, path: _path, text },
      plan,
      planOptions: options,
      mailbox: args.mailbox,
      resultsRoot: args.results,
      runId,
      options: differingOptions(args),
      // Standard input is gone by then, but the run keeps what it said.
      reproduce: reproduceCommand(
        isRead ? join(args.results, runId, RUN_FILES.scenario) : (args.scenario ?? ""),
        plan.seed,
        args,
      ),
      interrupt,
      onProgress: watch.onProgress,
    };
    let finished: FinishedRun | undefined;
    try {
      finished = args.virtual
        ? await runVirtual({ ...common, faultRates, startedAt: new Date(), yieldToEventLoop: () => setImmediate() })
        : await runThreads({ ...common, threads, record: args.record, onStart: (running) => metrics?.serve(running) });
    } finally {
      await metrics?.end();
      await watch.end(finished);
    }
    const { summary, directory } = finished;
    writeOutputs(args, runOutputs(summary));
    if (!args.quiet)
      printText(renderSummary(summary, { color: colored(process.stdout), width: widthOf(process.stdout), directory }));
    process.exitCode = exitCodeOf(summary);
  },
};

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
