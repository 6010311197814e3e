/**
 * A run on real threads, from the empty directory to the summary. The coordinator keeps the main thread: it starts the
 * others, watches over them, brings the run to rest and checks it.
 *
 *     start → the plan is carried out → clients are done → live agents end → task threads end → audit
 *
 * Whatever goes wrong on the way, the run ends: a thread that dies, a database that fails and an interrupt all lead to the
 * same steps, with less patience.
 */
import { join } from "node:path";
import { measureFloor } from "../../measure/floor/index.js";
import { auditAgents, connectDatabase, startWriter, type WriterHandle } from "../../../platform/db/index.js";
import { Collector, createRecorder, watchProcess, type Measurements } from "../../measure/index.js";
import type { ClientEvidence } from "../../check/index.js";
import {
  createRunDirectory,
  hasBegun,
  JOURNAL_FILES,
  removeRunDirectory,
  RUN_FILES,
  writeRunRecord,
  type Summary,
} from "../../../results/index.js";
import type { LoadedScenario, Plan, PlanOptions } from "../../scenario/index.js";
import {
  Arena,
  newClockOffset,
  shiftClock,
  shiftedClock,
  systemClock,
  type MailboxKind,
} from "../../../platform/sync/index.js";
import { arenaSizesOf } from "../arena-sizes.js";
import { finalizeRun } from "../finalize-run.js";
import { gatherEvidence } from "../../check/index.js";
import type { FinishedRun, RunProgress } from "../finished-run.js";
import { GRACEFUL_STOP_MS, REPORT_TIMEOUT_MS } from "../run-limits.js";
import type { IoEvidence } from "../roles/io.js";
import { injectFaults, killedEvidence, lossesOf } from "../../faults/index.js";
import { ThreadDiedError } from "../pool.js";
import { recordLostWorkers, recordRest } from "./killed-counts.js";
import { createLauncher, type LaunchedThread } from "./launcher.js";
import { createPlatformRows } from "../platform-rows.js";
import { recordOf } from "../run-record.js";
import type { AgentGauges, RunSetup } from "../roles/role.js";
import type { ThreadReport } from "./setup.js";
import type { TaskThreadEvidence } from "../roles/tasks.js";
import { createHistoryFiles } from "./history-files.js";
import { createTimers, type Timers } from "./timers.js";
import { watchThresholds } from "./watch-thresholds.js";

/** From the start order to the first arrival, so that every thread is ready, ms. */
const LEAD_MS = 100;
/** Between two calls of `onProgress`, ms. */
const PROGRESS_MS = 250;

/** A run as it can be looked at while it goes on. */
export interface RunningRun {
  readonly measured: () => Measurements;
  /** The model's gauges of every thread that has some. */
  readonly gauges: () => Promise<AgentGauges[]>;
}

export interface ThreadsRun {
  readonly loaded: LoadedScenario;
  readonly plan: Plan;
  /** What the plan was built from, so that every thread builds the same. */
  readonly planOptions: PlanOptions;
  readonly mailbox: MailboxKind;
  /** Client threads and task threads together, 2 or more. */
  readonly threads: number;
  /** Where the run's directory is made. */
  readonly resultsRoot: string;
  readonly runId: string;
  /** Whether to record the order in which operations take effect on agents, for `simulate replay`. */
  readonly record: boolean;
  /** For the summary: the options that differ from a plain run, and the command that runs it again. */
  readonly options: Summary["options"];
  readonly reproduce: string;
  /** Ends the run early; the results are still written. */
  readonly interrupt: AbortSignal;
  /** Called once the run has started, with what can be asked of it while it goes on. */
  readonly onStart?: (running: RunningRun) => void;
  /** Called a few times a second with what has been measured so far. */
  readonly onProgress?: RunProgress;
}

/**
 * Runs the plan. Throws ResultsError or DatabaseError when the run's directory or database cannot be made or written, and
 * ThreadDiedError when a thread died; no thread is left behind in any case, nor is anything of a run that could not begin.
 */
export async function runThreads(run: ThreadsRun): Promise<FinishedRun> {
  const directory = createRunDirectory(run.resultsRoot, run.runId);
  const databasePath = join(directory, RUN_FILES.database);
  try {
    const writer = await startWriter(databasePath, { create: true });
    try {
      return await runWith(run, directory, databasePath, writer);
    } finally {
      await writer.close().catch(() => undefined);
    }
  } catch (error) {
    if (!hasBegun(directory)) removeRunDirectory(directory);
    throw error;
  }
}

async function runWith(
  run: ThreadsRun,
  directory: string,
  databasePath: string,
  writer: WriterHandle,
): Promise<FinishedRun> {
  const { loaded, plan, interrupt } = run;
  // Before the run has threads of its own, which would stand in its way.
  const floor = await measureFloor(directory);
  const clientThreads = Math.max(1, Math.floor(run.threads / 2));
  const taskThreads = Math.max(1, run.threads - clientThreads);
  const faults = plan.faults ?? [];
  const clockOffset = faults.some(({ kind }) => kind === "jump-clock") ? newClockOffset() : undefined;
  const clock = clockOffset === undefined ? systemClock : shiftedClock(clockOffset);
  const sizes = arenaSizesOf({ workers: plan.workers, clients: clientThreads, tasks: taskThreads });
  const history = run.record
    ? createHistoryFiles(directory, { mailbox: run.mailbox, ringBytes: sizes.ringBytes, taskThreads }, clock)
    : undefined;
  const arena = Arena.create({
    ...sizes,
    clock,
    ...(history !== undefined && { recorder: history.recorder }),
  });
  const db = connectDatabase(writer.connect());
  const rows = createPlatformRows(db, loaded.scenario, plan, directory);
  db.close();

  const setup: RunSetup = {
    scenario: loaded.scenario,
    plan: run.planOptions,
    mailbox: run.mailbox,
    ...rows,
    inboxes: {
      pool: arena.allocateWide().index,
      runners: Array.from({ length: taskThreads }, () => arena.allocateWide().index),
      channels: Array.from({ length: clientThreads }, () => ({
        toPlatform: arena.allocateWide().index,
        toClients: arena.allocateWide().index,
      })),
    },
  };

  const collector = new Collector();
  const kill = new AbortController();
  const timers = createTimers(clock);
  // Signs of life take their time on the machine's clock: a jump of the run's is no silence.
  const machineTimers = createTimers(systemClock);
  const launcher = createLauncher({
    arena: arena.shared,
    clock: systemClock,
    run: setup,
    clockOffset,
    acknowledgements: join(directory, JOURNAL_FILES.acknowledgements),
    beginHistory: history?.begin,
    threads: clientThreads + taskThreads + 1,
    connect: (doorbell) => writer.connect({ doorbell }),
    onProgress: (snapshot) => collector.add(snapshot),
    signal: kill.signal,
  });

  try {
    const io = await launcher.launch<ThreadReport<IoEvidence>>({ kind: "io" });
    const tasks = await Promise.all(
      Array.from({ length: taskThreads }, (_, shard) =>
        launcher.launch<ThreadReport<TaskThreadEvidence>>({ kind: "task", shard }),
      ),
    );
    const clients = await Promise.all(
      Array.from({ length: clientThreads }, (_, shard) =>
        launcher.launch<ThreadReport<ClientEvidence[]>>({ kind: "client", shard }),
      ),
    );
    const failure = failureSignal([io, ...tasks, ...clients], writer);

    const watch = watchProcess();
    const startedAt = new Date(Date.now() + LEAD_MS);
    const originMs = clock.now() + LEAD_MS;
    const elapsed = (): number => clock.now() - originMs;
    const measured = (): Measurements => collector.measurements(Math.max(1, elapsed()));
    writeRunRecord(directory, recordOf(run, originMs, startedAt), loaded.text);
    launcher.start(originMs);
    run.onStart?.({
      measured,
      gauges: async () =>
        (await Promise.all([io, ...tasks].map((thread) => thread.gauges()))).filter((gauges) => gauges !== undefined),
    });
    const progress = setInterval(() => run.onProgress?.(measured, elapsed()), PROGRESS_MS);
    const abort = watchThresholds(loaded.scenario.thresholds, measured);
    const injection = injectFaults(faults, {
      arena,
      inboxes: setup.inboxes,
      clients,
      tasks,
      databasePath,
      onKilled: (thread) => collector.forget(thread),
      jumpClock: (ms) => {
        if (clockOffset === undefined) throw new Error("the clock of a run without such a fault was to jump");
        shiftClock(clockOffset, ms);
        timers.onClockJump();
      },
      elapsed,
      at: (ms, action) => timers.at(originMs + ms, action),
      onError: failure.raise,
    });

    try {
      const giveUpAt = originMs + plan.scheduleMs + loaded.scenario.drainTimeout;
      const clientsDone = Promise.all(clients.map(({ report }) => report));
      await Promise.race([
        clientsDone,
        aborted(interrupt),
        aborted(abort.signal),
        timers.until(giveUpAt),
        failure.promise,
      ]);
      const isEndedEarly = (): boolean => interrupt.aborted || abort.signal.aborted;
      injection.stop();
      stop(clients, giveUpAt);
      const handedOver = <T>(from: readonly LaunchedThread<unknown>[], report: Promise<T>): Promise<T> =>
        Promise.race([report, failure.promise, rejectWhenUnresponsive(from, machineTimers)]);
      const clientReports = await handedOver(clients, clientsDone);

      const drainUntil = isEndedEarly() ? clock.now() + GRACEFUL_STOP_MS : Math.max(giveUpAt, clock.now());
      stop([io], drainUntil);
      // What cuts the run short during the drain shortens that.
      if (!isEndedEarly())
        void Promise.race([aborted(interrupt), aborted(abort.signal)]).then(() =>
          stop([io], clock.now() + GRACEFUL_STOP_MS),
        );
      const ioReport = await handedOver([io], io.report);
      stop(tasks, drainUntil);
      const taskReports = await handedOver(tasks, Promise.all(tasks.map(({ report }) => report)));
      if (ioReport === undefined) throw new ThreadDiedError("thread io was killed");

      // One that is interrupted at once ends before its first worker was to arrive.
      const durationMs = Math.max(1, elapsed());
      // Who looks on reads the database, which is to be closed with nobody in the way.
      clearInterval(progress);
      injection.end();
      await writer.close();
      history?.end();
      await injection.killed();
      const rest = createRecorder({ thread: "killed", originMs });
      recordRest([...clients, ...tasks], [...clientReports, ...taskReports], rest);
      const lostWorkers = recordLostWorkers(clients, clientReports, plan.workers, rest);
      collector.add(rest.take());
      const reports = [...clientReports, ioReport, ...taskReports].filter((report) => report !== undefined);
      for (const { snapshot } of reports) collector.add(snapshot);
      const audit = auditAgents(databasePath);
      const evidence = gatherEvidence({
        clients: clientReports.flatMap((report) => report?.evidence ?? []),
        pool: ioReport.evidence.pool,
        tasks: taskReports.flatMap((report) => report?.evidence.agents ?? []),
        gauges: [...ioReport.evidence.gauges, ...taskReports.flatMap((report) => report?.evidence.gauges ?? [])],
        audit,
        slotsInUse: arena.allocated,
        ...killedEvidence(injection),
      });
      const summary = finalizeRun({
        ...run,
        directory,
        engine: "threads",
        startedAt,
        originMs,
        durationMs,
        end: endOf(interrupt, abort.signal),
        collector,
        audit,
        evidence,
        ...(faults.length > 0 && {
          injected: {
            ...injection,
            allowanceMs: injection.allowanceMs,
            losses: lossesOf(injection, evidence),
            lostWorkers,
          },
        }),
        health: { process: watch.stop(), threads: reports.map(({ health }) => health) },
        floor,
      });
      return { summary, directory };
    } finally {
      clearInterval(progress);
      abort.end();
      injection.end();
    }
  } finally {
    timers.end();
    machineTimers.end();
    kill.abort();
    await launcher.destroy();
    try {
      history?.end();
    } catch {
      // The run has failed already, and why is what has to be told.
    }
  }
}

function stop(threads: readonly LaunchedThread<unknown>[], untilMs: number): void {
  for (const thread of threads) thread.send({ kind: "stop", untilMs });
}

function endOf(interrupt: AbortSignal, abort: AbortSignal): Summary["end"] {
  if (interrupt.aborted) return { how: "interrupted", why: "by the user" };
  if (abort.aborted) return { how: "aborted", why: String(abort.reason) };
  return { how: "finished", why: null };
}

/** Rejects when a thread or the database's writer dies, or an error is raised; resolves never. */
function failureSignal(
  threads: readonly LaunchedThread<unknown>[],
  writer: WriterHandle,
): { promise: Promise<never>; raise: (error: unknown) => void } {
  let raise: (error: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, reject) => {
    raise = reject;
    for (const { report } of threads) report.catch(reject);
    writer.onCrash(reject);
  });
  promise.catch(() => undefined);
  return { promise, raise };
}

/** Rejects once all of `threads` have given no sign of life for {@link REPORT_TIMEOUT_MS} from now on. */
async function rejectWhenUnresponsive(threads: readonly LaunchedThread<unknown>[], timers: Timers): Promise<never> {
  const from = systemClock.now();
  for (;;) {
    const until = Math.max(from, ...threads.map(({ lastMessageAt }) => lastMessageAt())) + REPORT_TIMEOUT_MS;
    if (systemClock.now() >= until)
      throw new Error(
        `${threads.map(({ name }) => name).join(", ")}: no sign of life for ${REPORT_TIMEOUT_MS} ms after being told to stop`,
      );
    await timers.until(until);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
