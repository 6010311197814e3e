/** The parts of a run on real threads, for its lifecycle (lifecycle.ts). */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assert } from "../../../vocabulary/index.js";
import { auditAgents, connectDatabase, holdWriteLock, type WriterHandle } from "../../../platform/db/index.js";
import { watchProcess } from "../../measure/index.js";
import { FILES_FOLDER, JOURNAL_FILES } from "../../../results/index.js";
import {
  Arena,
  newClockOffset,
  shiftClock,
  shiftedClock,
  systemClock,
  untilSettled,
  type MailboxKind,
  type Wait,
} from "../../../platform/sync/index.js";
import { injectFaults, killedEvidence, type BreakableThread, type FaultInjection } from "../../faults/index.js";
import type { ClientEvidence } from "../../check/index.js";
import { allocateInboxes, arenaSizesOf } from "../arena-sizes.js";
import type { AuditedRun, RunParts, RunStages } from "../lifecycle.js";
import { createPlatformRows } from "../platform-rows.js";
import { newAgentBehaviours } from "../roles/agent-behaviours.js";
import type { GatewaySetup, RoleNotice } from "../roles/gateway-setup.js";
import type { IoEvidence } from "../roles/io.js";
import type { AgentGauges, RunSetup } from "../roles/role.js";
import type { TaskThreadEvidence } from "../roles/tasks.js";
import { CpuWatch } from "./cpu-watch.js";
import { createHistoryFiles, type HistoryFiles } from "./history-files.js";
import { Launcher } from "./launcher.js";
import type { ThreadRole } from "./setup.js";
import type { LaunchedThread } from "./thread-pool.js";
import { ThreadStage } from "./thread-stage.js";
import { createTimers } from "./timers.js";
import { WallClockEngine, type StartedRun, type WallClockRun } from "./wall-clock-engine.js";

/** How long a gateway has to answer those who wait when the run has failed, ms. */
const LAST_ANSWERS_MS = 1000;
/** From the start message to the first arrival, so that every thread is ready, ms. */
const LEAD_MS = 100;

export interface ThreadsRun extends WallClockRun {
  readonly mailbox: MailboxKind;
  /** Client threads and task threads together, 2 or more. */
  readonly threads: number;
  /** Whether to record the order in which operations take effect on agents, for `simulate replay`. */
  readonly record: boolean;
  /** Browsers that are served; the run then has no schedule. */
  readonly served?: ServedRun;
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
interface StartedThreads extends RunStages, StartedRun {
  readonly clients: ThreadStage<ClientEvidence[]>;
  readonly io: ThreadStage<IoEvidence>;
  readonly tasks: ThreadStage<TaskThreadEvidence>;
  readonly injection: FaultInjection;
  readonly processWatch: ReturnType<typeof watchProcess>;
  readonly cpuWatch: CpuWatch;
}

export class ThreadsEngine extends WallClockEngine<ThreadsRun, StartedThreads> implements RunParts {
  readonly giveUpAfterMs: number;
  readonly #databasePath: string;
  readonly #writer: WriterHandle;
  readonly #shards: ReturnType<typeof shardsOf>;
  readonly #clockOffset: SharedArrayBuffer | undefined;
  readonly #history: HistoryFiles | undefined;
  readonly #arena: Arena;
  readonly #setup: RunSetup;
  /** On the machine's clock: a jump of the run's clock is not silence of a thread. */
  readonly #machineTimers = createTimers(systemClock);
  readonly #kill = new AbortController();
  readonly #launcher: Launcher;
  /** Settled once the threads that faults killed have ended. */
  readonly #deaths: Promise<void>[] = [];

  constructor(run: ThreadsRun, directory: string, databasePath: string, writer: WriterHandle) {
    const { loaded, plan, mailbox } = run;
    const clockOffset = plan.faults?.some(({ kind }) => kind === "jump-clock") ? newClockOffset() : undefined;
    super(run, directory, clockOffset === undefined ? systemClock : shiftedClock(clockOffset));
    this.#clockOffset = clockOffset;
    this.#databasePath = databasePath;
    this.#writer = writer;
    this.giveUpAfterMs = run.served?.durationMs ?? plan.scheduleMs + loaded.scenario.drainTimeout;
    this.#shards = shardsOf(run);
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

  get open(): RunParts["open"] {
    const { served } = this.run;
    return served && { isOver: () => served.until.aborted, drainMs: served.drainMs };
  }

  start(): Wait<RunStages> {
    return untilSettled(this.#start());
  }

  liftPauses(): void {
    this.started.injection.stop();
  }

  audit(): Wait<AuditedRun> {
    return untilSettled(this.#audit());
  }

  /** The run has failed: people who wait for an answer are told so (503) before the threads end. */
  async dismissPeople(): Promise<void> {
    if (this.run.served === undefined || this.startedRun === undefined) return;
    const { clients } = this.startedRun;
    for (const thread of clients.threads) thread.send({ kind: "stop", untilMs: this.clock.now() });
    const ended = Promise.allSettled(clients.threads.map(({ report }) => report));
    await Promise.race([ended, sleep(LAST_ANSWERS_MS, undefined, { ref: false })]);
  }

  /** Ends all threads, whatever they are doing. */
  async destroy(): Promise<void> {
    this.endWaits();
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
    this.#writer.onCrash(this.conditions.fail);

    const processWatch = watchProcess();
    const cpuWatch = await CpuWatch.start(this.#writer);
    const begun = this.begin(LEAD_MS);
    const { originMs, machineWatch } = begun;
    this.#launcher.start(originMs);
    const gauges = (): Promise<AgentGauges[]> => gaugesOf([...io.threads, ...tasks.threads]);
    const running = { gauges, from: "inside", machine: () => machineWatch.soFar() } as const;
    this.watch(originMs, running, this.run.served?.until);
    const injection = this.#injectFaults(clients, tasks, originMs);
    return (this.startedRun = { ...begun, clients, io, tasks, injection, processWatch, cpuWatch });
  }

  async #launch<Evidence>(roles: readonly ThreadRole[]): Promise<ThreadStage<Evidence>> {
    const threads = await Promise.all(roles.map((role) => this.#launcher.launch<Evidence>(role)));
    return new ThreadStage(threads, this.conditions, this.#machineTimers);
  }

  #injectFaults(
    clients: ThreadStage<ClientEvidence[]>,
    tasks: ThreadStage<TaskThreadEvidence>,
    originMs: number,
  ): FaultInjection {
    return injectFaults(this.run.plan.faults ?? [], {
      arena: this.#arena,
      inboxes: this.#setup.inboxes,
      clients: clients.threads.map((thread) => this.#breakable(thread)),
      tasks: tasks.threads.map((thread) => this.#breakable(thread)),
      lockDatabase: () => holdWriteLock(this.#databasePath),
      jumpClock: (ms) => {
        assert(this.#clockOffset !== undefined, "a run in which the clock jumps has an offset for it");
        shiftClock(this.#clockOffset, ms);
        this.timers.onClockJump();
      },
      elapsed: () => this.clock.now() - originMs,
      at: (ms, action) => this.timers.at(originMs + ms, action),
      onError: this.conditions.fail,
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
    this.stopWatching();
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

  protected override stopWatching(): void {
    super.stopWatching();
    this.startedRun?.injection.end();
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
