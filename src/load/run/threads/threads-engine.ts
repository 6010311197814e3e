/** The parts of a run on real threads, for its lifecycle (lifecycle.ts). */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assert } from "../../../vocabulary/index.js";
import { auditAgents, connectDatabase, holdWriteLock, type WriterHandle } from "../../../platform/db/index.js";
import { Collector, watchProcess, type Measurements, type SampleSink, type Viewpoint } from "../../measure/index.js";
import { watchMachine, type MachineWatch } from "../../measure/machine/index.js";
import { FILES_FOLDER, JOURNAL_FILES, writeRunRecord, type Summary } from "../../../results/index.js";
import {
  Arena,
  newClockOffset,
  shiftClock,
  shiftedClock,
  systemClock,
  untilSettled,
  type Clock,
  type MailboxKind,
  type Wait,
} from "../../../platform/sync/index.js";
import type { LoadedScenario, Plan, PlanOptions } from "../../scenario/index.js";
import type { RunProgress } from "../finished-run.js";
import { injectFaults, killedEvidence, type BreakableThread, type FaultInjection } from "../../faults/index.js";
import type { ClientEvidence } from "../../check/index.js";
import { allocateInboxes, arenaSizesOf } from "../arena-sizes.js";
import { recordOf } from "../describe-run.js";
import type { AuditedRun, EarlyEnd, RunParts, RunStages } from "../lifecycle.js";
import { createPlatformRows } from "../platform-rows.js";
import { newAgentBehaviours } from "../roles/agent-behaviours.js";
import type { GatewaySetup, RoleNotice } from "../roles/gateway-setup.js";
import type { IoEvidence } from "../roles/io.js";
import type { AgentGauges, RunSetup } from "../roles/role.js";
import type { TaskThreadEvidence } from "../roles/tasks.js";
import { Conditions } from "./conditions.js";
import { CpuWatch } from "./cpu-watch.js";
import { createHistoryFiles, type HistoryFiles } from "./history-files.js";
import { Launcher } from "./launcher.js";
import type { ThreadRole } from "./setup.js";
import type { LaunchedThread } from "./thread-pool.js";
import { ThreadStage } from "./thread-stage.js";
import { createTimers, type Timers } from "./timers.js";
import { watchThresholds } from "./watch-thresholds.js";

/** How long a gateway has to answer those who wait when the run has failed, ms. */
const LAST_ANSWERS_MS = 1000;
/** From the start message to the first arrival, so that every thread is ready, ms. */
const LEAD_MS = 100;
/** Between two calls of `onProgress`, ms. */
const PROGRESS_MS = 250;

/** A run that goes on. */
export interface RunningRun {
  readonly measured: () => Measurements;
  /** The model's gauges of every thread that has any. */
  readonly gauges: () => Promise<AgentGauges[]>;
  /** From where the run measures. Left out: inside. */
  readonly from?: Viewpoint;
  /** What was used of this machine so far. Left out where other machines make the load. */
  readonly machine?: MachineWatch["soFar"];
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
  /** For the summary: the options that differ from their defaults, and the command that runs it again. */
  readonly options: Summary["options"];
  readonly reproduce: string;
  /** Ends the run early; the results are still written. */
  readonly interrupt: AbortSignal;
  /** Receives every sample; left out: none is kept. */
  readonly samples?: SampleSink | undefined;
  /** Browsers that are served; the run then has no schedule. */
  readonly served?: ServedRun;
  /** Called once the run has started. */
  readonly onStart?: (running: RunningRun) => void;
  /** Called a few times a second. */
  readonly onProgress?: RunProgress;
  /** Called before the start with what makes the verdict doubtful, one line. */
  readonly onWarning?: (warning: string) => void;
}

/** How a run serves browsers. */
export interface ServedRun {
  readonly gateway: Omit<GatewaySetup, "filesDirectory" | "ringBytes" | "epochOffsetMs">;
  /** Ends the run. */
  readonly until: AbortSignal;
  /** From the start of the run to its end, ms; `Infinity`: until it is ended. */
  readonly durationMs: number;
  /** How long those who are there have to end by themselves, ms. */
  readonly drainMs: number;
  readonly onNotice: (notice: RoleNotice) => void;
}

/** What exists once the threads have started. */
interface StartedThreads extends RunStages {
  readonly clients: ThreadStage<ClientEvidence[]>;
  readonly io: ThreadStage<IoEvidence>;
  readonly tasks: ThreadStage<TaskThreadEvidence>;
  readonly startedAt: Date;
  readonly injection: FaultInjection;
  readonly processWatch: ReturnType<typeof watchProcess>;
  readonly machineWatch: MachineWatch;
  readonly cpuWatch: CpuWatch;
  readonly abort: ReturnType<typeof watchThresholds>;
  readonly progress: NodeJS.Timeout;
}

export class ThreadsEngine implements RunParts {
  readonly clock: Clock;
  readonly giveUpAfterMs: number;
  readonly collector: Collector;
  readonly #run: ThreadsRun;
  readonly #directory: string;
  readonly #databasePath: string;
  readonly #writer: WriterHandle;
  readonly #shards: ReturnType<typeof shardsOf>;
  readonly #clockOffset: SharedArrayBuffer | undefined;
  readonly #history: HistoryFiles | undefined;
  readonly #arena: Arena;
  readonly #setup: RunSetup;
  readonly #timers: Timers;
  /** On the machine's clock: a jump of the run's clock is not silence of a thread. */
  readonly #machineTimers = createTimers(systemClock);
  readonly #kill = new AbortController();
  readonly #launcher: Launcher;
  readonly #conditions = new Conditions();
  /** Settled once the threads that faults killed have ended. */
  readonly #deaths: Promise<void>[] = [];
  #started: StartedThreads | undefined;

  constructor(run: ThreadsRun, directory: string, databasePath: string, writer: WriterHandle) {
    const { loaded, plan, mailbox } = run;
    this.#run = run;
    this.collector = new Collector({ tags: plan.tags, samples: run.samples });
    this.#directory = directory;
    this.#databasePath = databasePath;
    this.#writer = writer;
    this.giveUpAfterMs = run.served?.durationMs ?? plan.scheduleMs + loaded.scenario.drainTimeout;
    this.#shards = shardsOf(run);
    this.#clockOffset = plan.faults?.some(({ kind }) => kind === "jump-clock") ? newClockOffset() : undefined;
    this.clock = this.#clockOffset === undefined ? systemClock : shiftedClock(this.#clockOffset);
    this.#timers = createTimers(this.clock);
    const workers = plan.workers + (run.served?.gateway.limits.registrations ?? 0);
    const sizes = arenaSizesOf({ workers, ...this.#shards });
    const { ringBytes } = sizes;
    this.#history = run.record
      ? createHistoryFiles(directory, { mailbox, ringBytes, taskThreads: this.#shards.tasks }, this.clock)
      : undefined;
    this.#arena = Arena.create({
      ...sizes,
      clock: this.clock,
      ...(this.#history !== undefined && { recorder: this.#history.recorder }),
    });
    const db = connectDatabase(writer.connect());
    const rows = createPlatformRows(db, loaded.scenario, plan, directory, workers);
    db.close();
    const inboxes = allocateInboxes(this.#arena, this.#shards);
    const gateway = run.served && gatewaySetup(run.served, directory, ringBytes);
    this.#setup = {
      scenario: loaded.scenario,
      plan: run.planOptions,
      mailbox,
      ...rows,
      agentBehaviours: newAgentBehaviours(sizes),
      inboxes,
      ...(gateway !== undefined && { gateway }),
    };
    this.#launcher = new Launcher({
      arena: this.#arena.shared,
      clock: systemClock,
      run: this.#setup,
      tags: plan.tags,
      clockOffset: this.#clockOffset,
      acknowledgements: join(directory, JOURNAL_FILES.acknowledgements),
      beginHistory: this.#history?.begin,
      threads: this.#shards.clients + this.#shards.gateways + this.#shards.tasks + 1,
      keepsSamples: run.samples !== undefined,
      connect: (doorbell) => writer.connect({ doorbell }),
      onProgress: (snapshot) => this.collector.add(snapshot),
      onNotice: run.served?.onNotice,
      signal: this.#kill.signal,
    });
  }

  /** The threads have started. */
  get started(): StartedThreads {
    assert(this.#started !== undefined, "the threads have started");
    return this.#started;
  }

  get open(): RunParts["open"] {
    const { served } = this.#run;
    return served && { isOver: () => served.until.aborted, drainMs: served.drainMs };
  }

  start(): Wait<RunStages> {
    return untilSettled(this.#start());
  }

  earlyEnd(): EarlyEnd {
    if (this.#run.interrupt.aborted) return { how: "interrupted", why: "by the user" };
    const { signal } = this.started.abort;
    return signal.aborted ? { how: "aborted", why: String(signal.reason) } : undefined;
  }

  until(condition: () => boolean, untilMs: number): Wait<void> {
    this.#timers.at(untilMs, this.#conditions.changed);
    return this.#conditions.until(() => this.clock.now() >= untilMs || condition());
  }

  untilDone(stage: ThreadStage<unknown>, condition: () => boolean = () => false): Wait<void> {
    return this.#conditions.until(() => condition() || stage.isDone());
  }

  liftPauses(): void {
    this.started.injection.stop();
  }

  audit(): Wait<AuditedRun> {
    return untilSettled(this.#audit());
  }

  /** The run has failed: people who wait for an answer are told so (503) before the threads end. */
  async dismissPeople(): Promise<void> {
    if (this.#run.served === undefined || this.#started === undefined) return;
    const { clients } = this.#started;
    for (const thread of clients.threads) thread.send({ kind: "stop", untilMs: this.clock.now() });
    const ended = Promise.allSettled(clients.threads.map(({ report }) => report));
    await Promise.race([ended, sleep(LAST_ANSWERS_MS, undefined, { ref: false })]);
  }

  /** Ends all threads, whatever they are doing. */
  async destroy(): Promise<void> {
    this.#run.interrupt.removeEventListener("abort", this.#conditions.changed);
    this.#stopWatching();
    this.#timers.end();
    this.#machineTimers.end();
    this.#kill.abort();
    await this.#launcher.destroy();
    try {
      this.#history?.end();
    } catch {
      // The run has failed already, and its own error has to be reported.
    }
  }

  async #start(): Promise<StartedThreads> {
    const io = await this.#launch<IoEvidence>([{ kind: "io" }]);
    const tasks = await this.#launch<TaskThreadEvidence>(
      Array.from({ length: this.#shards.tasks }, (_, shard) => ({ kind: "task", shard })),
    );
    const clients = await this.#launch<ClientEvidence[]>([
      ...Array.from({ length: this.#shards.clients }, (_, shard) => ({ kind: "client" as const, shard })),
      ...(this.#shards.gateways > 0 ? [{ kind: "gateway" as const }] : []),
    ]);
    this.#writer.onCrash(this.#conditions.fail);

    const processWatch = watchProcess();
    const cpuWatch = await CpuWatch.start(this.#writer);
    const startedAt = new Date(Date.now() + LEAD_MS);
    const originMs = this.clock.now() + LEAD_MS;
    writeRunRecord(this.#directory, recordOf(this.#run, originMs, startedAt), this.#run.loaded.text);
    // On the machine's clock, which does not jump with that of the run.
    const machineWatch = watchMachine({ now: () => systemClock.now(), originMs: systemClock.now() + LEAD_MS });
    this.#run.samples?.begin(startedAt, this.#run.plan.tags.spans);
    this.#launcher.start(originMs);
    const elapsed = (): number => this.clock.now() - originMs;
    const measured = (): Measurements => this.collector.measurements(Math.max(1, elapsed()));
    const gauges = (): Promise<AgentGauges[]> => gaugesOf([...io.threads, ...tasks.threads]);
    this.#run.onStart?.({ measured, gauges, machine: () => machineWatch.soFar() });
    const abort = watchThresholds(this.#run.loaded.scenario.thresholds, measured);
    for (const signal of [abort.signal, this.#run.interrupt, this.#run.served?.until])
      signal?.addEventListener("abort", this.#conditions.changed, { once: true });
    const injection = this.#injectFaults(clients, tasks, originMs);
    const progress = setInterval(() => this.#run.onProgress?.(measured, elapsed()), PROGRESS_MS);
    this.#started = {
      ...{ clients, io, tasks, originMs, startedAt, injection },
      ...{ processWatch, machineWatch, cpuWatch, abort, progress },
    };
    return this.#started;
  }

  async #launch<Evidence>(roles: readonly ThreadRole[]): Promise<ThreadStage<Evidence>> {
    const threads = await Promise.all(roles.map((role) => this.#launcher.launch<Evidence>(role)));
    return new ThreadStage(threads, this.#conditions, this.#machineTimers);
  }

  #injectFaults(
    clients: ThreadStage<ClientEvidence[]>,
    tasks: ThreadStage<TaskThreadEvidence>,
    originMs: number,
  ): FaultInjection {
    return injectFaults(this.#run.plan.faults ?? [], {
      arena: this.#arena,
      inboxes: this.#setup.inboxes,
      clients: clients.threads.map((thread) => this.#breakable(thread)),
      tasks: tasks.threads.map((thread) => this.#breakable(thread)),
      lockDatabase: () => holdWriteLock(this.#databasePath),
      jumpClock: (ms) => {
        assert(this.#clockOffset !== undefined, "a run in which the clock jumps has an offset for it");
        shiftClock(this.#clockOffset, ms);
        this.#timers.onClockJump();
      },
      elapsed: () => this.clock.now() - originMs,
      at: (ms, action) => this.#timers.at(originMs + ms, action),
      onError: this.#conditions.fail,
    });
  }

  #breakable(thread: LaunchedThread<unknown>): BreakableThread {
    return {
      name: thread.name,
      hasEnded: () => thread.hasEnded(),
      pause: () => thread.pause(),
      resume: () => thread.resume(),
      kill: () => {
        const death = thread.kill().then(() => {
          this.collector.forget(thread.name);
          this.#arena.recoverDeadThread(thread.place);
        });
        this.#deaths.push(death);
        return untilSettled(death);
      },
    };
  }

  async #audit(): Promise<AuditedRun> {
    // The writer can close the database only when no one reads it, and a caller may follow the run.
    this.#stopWatching();
    await this.started.cpuWatch.stop();
    await this.#writer.close();
    this.#history?.end();
    const { injection } = this.started;
    await Promise.all(this.#deaths);
    return {
      audit: auditAgents(this.#databasePath),
      slotsInUse: this.#arena.allocated,
      ...killedEvidence(injection),
    };
  }

  #stopWatching(): void {
    if (this.#started === undefined) return;
    clearInterval(this.#started.progress);
    this.#started.machineWatch.stop();
    this.#started.abort.end();
    this.#started.injection.end();
  }
}

/** The threads of each kind, besides the one io thread. */
function shardsOf({ served, threads, plan }: ThreadsRun) {
  const clients = served === undefined ? Math.max(1, Math.floor(threads / 2)) : Math.min(1, plan.workers);
  return { clients, gateways: served === undefined ? 0 : 1, tasks: Math.max(1, threads - clients) };
}

function gatewaySetup({ gateway }: ServedRun, directory: string, ringBytes: number): GatewaySetup {
  const epochOffsetMs = Date.now() - systemClock.now();
  return { ...gateway, filesDirectory: join(directory, FILES_FOLDER), ringBytes, epochOffsetMs };
}

/** The gauges of the threads that have any. */
async function gaugesOf(threads: readonly LaunchedThread<unknown>[]): Promise<AgentGauges[]> {
  const gauges = await Promise.all(threads.map((thread) => thread.gauges()));
  return gauges.filter((each) => each !== undefined);
}
