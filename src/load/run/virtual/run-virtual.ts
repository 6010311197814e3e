/** A run under simulated time with its directory: database, trace, summary. */
import { join } from "node:path";
import { openDatabase, requireNativeModule } from "../../../platform/db/index.js";
import { THREAD_FAULT_KINDS } from "../../../vocabulary/index.js";
import { watchProcess, type Measurements, type SampleSink, type Viewpoint } from "../../measure/index.js";
import {
  createRunDirectory,
  removeRunDirectory,
  RUN_FILES,
  withWriteErrors,
  writeRunRecord,
  type Summary,
} from "../../../results/index.js";
import type { LoadedScenario, Plan, PlanOptions } from "../../scenario/index.js";
import { systemClock, type MailboxKind } from "../../../platform/sync/index.js";
import { createTraceFile, type TraceEvent, type TraceFile } from "../../../replay/trace/index.js";
import { finalizeRun } from "../finalize-run.js";
import type { FinishedRun, RunProgress } from "../finished-run.js";
import { recordOf } from "../describe-run.js";
import { attachSequences } from "./attach-sequences.js";
import { faultsOf, type FaultRates } from "../../faults/index.js";
import { headerOf } from "./run-identity.js";
import { VirtualRun, WRITES_PER_COMMIT } from "./virtual-run.js";

/** Steps between two turns of the event loop: some milliseconds. */
const STEPS_AT_ONCE = 2000;
/** Between two calls of `onProgress`, ms of this machine's clock: one takes as long as some thousands of events. */
const PROGRESS_MS = 1000;

export interface VirtualRunOptions {
  readonly loaded: LoadedScenario;
  readonly plan: Plan;
  readonly planOptions: PlanOptions;
  readonly mailbox: MailboxKind;
  /** Absent: no faults. */
  readonly faultRates?: FaultRates | undefined;
  readonly resultsRoot: string;
  readonly runId: string;
  /** For the summary: the options that differ from a plain run, and the command that runs it again. */
  readonly options: Summary["options"];
  readonly reproduce: string;
  /** For the summary; the simulation does not use it. */
  readonly startedAt: Date;
  /** Lets the event loop run between slices of the run. */
  readonly yieldToEventLoop: () => Promise<void>;
  /** Ends the run early; the results are still written, but they do not depend on the seed alone. */
  readonly interrupt: AbortSignal;
  /** Called once the run has started, with what can be asked of it while it goes on. */
  readonly onStart?: (running: { readonly measured: () => Measurements; readonly from: Viewpoint }) => void;
  readonly onProgress?: RunProgress;
  /** Receives every sample; left out: none is kept. */
  readonly samples?: SampleSink | undefined;
}

/**
 * Runs the plan under simulated time. Throws ResultsError or DatabaseError when something cannot be written, and the
 * error of a part of the run that failed. A run that could not begin leaves no files.
 */
export async function runVirtual(options: VirtualRunOptions): Promise<FinishedRun> {
  requireNativeModule();
  const directory = createRunDirectory(options.resultsRoot, options.runId);
  const progress = { hasBegun: false };
  try {
    return await runIn(directory, options, () => (progress.hasBegun = true));
  } catch (error) {
    if (!progress.hasBegun) removeRunDirectory(directory);
    throw error;
  }
}

async function runIn(directory: string, options: VirtualRunOptions, onBegun: () => void): Promise<FinishedRun> {
  const { loaded, plan, interrupt } = options;
  options.samples?.begin(options.startedAt, plan.tags.spans);
  // Written now, so that a run that fails can be repeated.
  writeRunRecord(directory, recordOf(options, 0, options.startedAt), loaded.text);
  const tracePath = join(directory, RUN_FILES.trace);
  const trace = withWriteErrors(tracePath, () => createTraceFile(tracePath, headerOf(options)));
  const database = openDatabase(join(directory, RUN_FILES.database), {
    create: true,
    writesPerCommit: WRITES_PER_COMMIT,
  });
  const process = watchProcess();
  const drawn: { label: string; atMs: number }[] = [];
  try {
    const run = new VirtualRun({
      scenario: loaded.scenario,
      planOptions: options.planOptions,
      plan,
      mailbox: options.mailbox,
      database,
      runDir: directory,
      samples: options.samples,
      faults: faultsOf(plan.seed, options.faultRates),
      sink(event) {
        withWriteErrors(tracePath, () => trace.write(event));
        if (event.actor === "faults" && !isPlanned(event))
          drawn.push({ label: event.operation, atMs: timeOfFault(event) });
      },
    });
    onBegun();
    options.onStart?.({ measured: () => run.measured(), from: "inside" });
    await finish(run, options).catch((error: unknown) => {
      closeIncompleteTrace(trace);
      throw error;
    });
    const { hash, events } = withWriteErrors(tracePath, () => trace.end());
    const result = run.result();
    // Commits the last transaction: a run that loses it must have no summary.
    database.close();
    const summary = finalizeRun({
      ...options,
      directory,
      engine: "virtual",
      originMs: 0,
      ...result,
      collector: run.collector,
      injection: run.injection,
      drawn,
      attachSequences: (agents) => attachSequences(agents, join(directory, RUN_FILES.trace), events),
      ...(!interrupt.aborted && { traceHash: hash }),
      health: { process: process.stop(), threads: [] },
    });
    return { summary, directory };
  } finally {
    database.close();
  }
}

/** Writes what the trace has so far, if possible. The run has failed, and its own error has to be reported. */
function closeIncompleteTrace(trace: TraceFile): void {
  try {
    trace.closeIncomplete();
  } catch {
    // The trace is incomplete in any case.
  }
}

/** Whether it is a fault of the plan, which the report shows as such. */
function isPlanned({ operation }: TraceEvent): boolean {
  return THREAD_FAULT_KINDS.some((kind) => kind === operation);
}

/** A crash and an interrupt are drawn ahead of their time. */
function timeOfFault({ at, operation, args }: TraceEvent): number {
  return operation === "crash" || operation === "interrupt" ? (args as { readonly at: number }).at : at;
}

async function finish(run: VirtualRun, { interrupt, yieldToEventLoop, onProgress }: VirtualRunOptions): Promise<void> {
  let showAt = 0;
  while (!run.advance(STEPS_AT_ONCE)) {
    await yieldToEventLoop();
    if (interrupt.aborted) run.interrupt();
    if (systemClock.now() < showAt) continue;
    onProgress?.(() => run.measured(), run.now);
    showAt = systemClock.now() + PROGRESS_MS;
  }
}
