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
import { measureFloor } from "../../bench/index.js";
import { auditAgents, connectDatabase, startWriter, type WriterHandle } from "../../db/index.js";
import { createCollector, watchProcess, type ClientEvidence } from "../../measure/index.js";
import { createRunDirectory, RUN_FILES, type Summary } from "../../report/index.js";
import type { LoadedScenario, Plan, PlanOptions } from "../../scenario/index.js";
import { Arena, systemClock, type MailboxKind } from "../../sync/index.js";
import { conclude } from "../conclude.js";
import { gatherEvidence } from "../evidence.js";
import type { FinishedRun, RunProgress } from "../finished-run.js";
import type { IoEvidence } from "../roles/io.js";
import { createLauncher, type LaunchedThread } from "./launch.js";
import { preparePlatform } from "../platform-rows.js";
import type { RunSetup } from "../roles/role.js";
import type { ThreadReport } from "./setup.js";
import type { TaskThreadEvidence } from "../roles/tasks.js";

/** From the start order to the first arrival, so that every thread is ready, ms. */
const LEAD_MS = 100;
/** How long live agents have to end by themselves once the user interrupted the run, ms. */
const INTERRUPTED_DRAIN_MS = 500;
/** How long a thread has to hand over its report once it was told to stop, ms. Beyond the drain's own timeouts. */
const HAND_OVER_MS = 15_000;

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
  /** For the summary: the options that differ from a plain run, and the command that runs it again. */
  readonly options: Summary["options"];
  readonly reproduce: string;
  /** Ends the run early; the results are still written. */
  readonly interrupt: AbortSignal;
  /** Called a few times a second with what has been measured so far. */
  readonly onProgress?: RunProgress;
}

/**
 * Runs the plan. Throws ResultsError or DatabaseError when the run's directory or database cannot be made or written, and
 * ThreadDiedError when a thread died; no thread is left behind in any case.
 */
export async function runThreads(run: ThreadsRun): Promise<FinishedRun> {
  const directory = createRunDirectory(run.resultsRoot, run.runId);
  const databasePath = join(directory, RUN_FILES.database);
  const writer = await startWriter(databasePath, { create: true });
  try {
    return await runWith(run, directory, databasePath, writer);
  } finally {
    await writer.close().catch(() => undefined);
  }
}

async function runWith(run: ThreadsRun, directory: string, databasePath: string, writer: WriterHandle): Promise<FinishedRun> {
  const { loaded, plan, interrupt } = run;
  // Before the run has threads of its own, which would stand in its way.
  const floor = await measureFloor(directory);
  const clientThreads = Math.max(1, Math.floor(run.threads / 2));
  const taskThreads = Math.max(1, run.threads - clientThreads);
  const arena = Arena.create({
    // A worker has one live agent at a time, and for a moment an onboarding agent that is being replaced by it.
    slots: 2 * plan.workers + 64,
    ringBytes: 4096,
    wideSlots: 1 + taskThreads + 2 * clientThreads,
    wideRingBytes: 1 << 22,
  });
  const db = connectDatabase(writer.connect());
  const rows = preparePlatform(db, loaded.scenario, plan.workers, directory);
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

  const collector = createCollector();
  const kill = new AbortController();
  const originMs = { value: 0 };
  const launcher = createLauncher({
    arena: arena.shared,
    run: setup,
    threads: clientThreads + taskThreads + 1,
    connect: (doorbell) => writer.connect({ doorbell }),
    onProgress: (snapshot) => collector.add(snapshot),
    signal: kill.signal,
  });

  try {
    const io = await launcher.launch<ThreadReport<IoEvidence>>({ kind: "io" });
    const tasks = await Promise.all(
      Array.from({ length: taskThreads }, (_, shard) => launcher.launch<ThreadReport<TaskThreadEvidence>>({ kind: "task", shard })),
    );
    const clients = await Promise.all(
      Array.from({ length: clientThreads }, (_, shard) => launcher.launch<ThreadReport<ClientEvidence[]>>({ kind: "client", shard })),
    );
    const everyone = [io, ...tasks, ...clients];
    const trouble = troubleOf(everyone, writer);

    const watch = watchProcess();
    const startedAt = new Date(Date.now() + LEAD_MS);
    originMs.value = systemClock.now() + LEAD_MS;
    launcher.start(originMs.value);
    const elapsed = (): number => systemClock.now() - originMs.value;
    const progress = setInterval(() => run.onProgress?.(() => collector.measurements(Math.max(1, elapsed())), elapsed()), 250);

    try {
      const giveUpAt = originMs.value + plan.scheduleMs + loaded.scenario.drainTimeout;
      const clientsDone = Promise.all(clients.map(({ report }) => report));
      await Promise.race([clientsDone, aborted(interrupt), until(giveUpAt), trouble]);
      stop(clients, giveUpAt);
      const clientReports = await handedOver(clientsDone, systemClock.now(), trouble);

      const drainUntil = interrupt.aborted ? systemClock.now() + INTERRUPTED_DRAIN_MS : Math.max(giveUpAt, systemClock.now());
      stop([io], drainUntil);
      const ioReport = await handedOver(Promise.race([io.report, whenInterrupted(interrupt, io)]), drainUntil, trouble);
      stop(tasks, drainUntil);
      const taskReports = await handedOver(Promise.all(tasks.map(({ report }) => report)), drainUntil, trouble);

      const durationMs = elapsed();
      await writer.close();
      const reports = [...clientReports, ioReport, ...taskReports];
      for (const { snapshot } of reports) collector.add(snapshot);
      const audit = auditAgents(databasePath);
      const summary = conclude({
        ...run,
        directory,
        engine: "threads",
        startedAt,
        originMs: originMs.value,
        durationMs,
        end: interrupt.aborted ? { how: "interrupted", why: "interrupted by the user" } : { how: "finished", why: null },
        collector,
        audit,
        evidence: gatherEvidence({
          clients: clientReports.flatMap(({ evidence }) => evidence),
          pool: ioReport.evidence.pool,
          tasks: taskReports.flatMap(({ evidence }) => evidence.agents),
          gauges: [...ioReport.evidence.gauges, ...taskReports.flatMap(({ evidence }) => evidence.gauges)],
          audit,
          slotsInUse: arena.allocated,
        }),
        health: { process: watch.stop(), threads: reports.map(({ health }) => health) },
        floor,
      });
      return { summary, directory };
    } finally {
      clearInterval(progress);
    }
  } finally {
    kill.abort();
    await launcher.destroy();
  }
}

function stop(threads: readonly LaunchedThread<unknown>[], untilMs: number): void {
  for (const thread of threads) thread.send({ kind: "stop", untilMs });
}

/** An interrupt during the drain shortens it. Never resolves: the thread's report does. */
function whenInterrupted(interrupt: AbortSignal, io: LaunchedThread<unknown>): Promise<never> {
  return aborted(interrupt).then(() => {
    stop([io], systemClock.now() + INTERRUPTED_DRAIN_MS);
    return new Promise<never>(() => undefined);
  });
}

/** Rejects when a thread or the database's writer dies; resolves never. */
function troubleOf(threads: readonly LaunchedThread<unknown>[], writer: WriterHandle): Promise<never> {
  const trouble = new Promise<never>((_, reject) => {
    for (const { report } of threads) report.catch(reject);
    writer.onCrash(reject);
  });
  trouble.catch(() => undefined);
  return trouble;
}

/** What `report` resolves with; rejects when something died, or nothing came for too long after `fromMs`. */
async function handedOver<T>(report: Promise<T>, fromMs: number, trouble: Promise<never>): Promise<T> {
  const late = until(fromMs + HAND_OVER_MS).then(() => {
    throw new Error(`a thread did not end within ${HAND_OVER_MS} ms of being told to`);
  });
  return Promise.race([report, trouble, late]);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Resolves at `dueMs` on the run's clock; does not keep the process alive. */
function until(dueMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - systemClock.now())).unref());
}
