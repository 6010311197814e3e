/**
 * A whole live run in one thread, for tests: client IO, worker pool and task runners on a database in memory, under a
 * clock that only moves when it is told to. Clients are lists of packets.
 */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  openDatabase,
  type Database,
  type WriteArgs,
  type WriteName,
  type WriteResult,
} from "../../../dist/platform/db/index.js";
import {
  blueprintOf,
  ClientIO,
  createTaskGroup,
  ONBOARDING_QUALIFICATION,
  WorkerPool,
  type BlueprintType,
  type Channel,
  type Outbox,
  type ChannelPacket,
  type LiveRunObserver,
  type PacketType,
  type PoolMessage,
  type Requirement,
  type RunnerMessage,
  TaskRunner,
} from "../../../dist/platform/live/index.js";
import { observeTasks } from "../../../dist/load/run/roles/task-observer.js";
import { createRecorder, type Measurements } from "../../../dist/load/measure/index.js";
import type { TaskEvidence } from "../../../dist/load/check/index.js";
import { createContext } from "../../../dist/platform/model/index.js";
import {
  Arena,
  openMailbox,
  type Driver,
  type Mailbox,
  type Reactor,
  type Wait,
  type Waiter,
} from "../../../dist/platform/sync/index.js";
import { mergeSnapshots } from "../measure/merge-snapshots.js";

export const LIVE_UPDATE_TIMEOUT_MS = 1000;
export const SUBMISSION_TIMEOUT_MS = 500;

export interface PlatformOptions {
  readonly blueprint?: BlueprintType;
  readonly onboarding?: boolean;
  readonly requirements?: readonly Requirement[];
  readonly assignments?: number;
  readonly unitsPerAssignment?: number;
  readonly runners?: number;
  readonly workTimeMs?: number;
  readonly ringBytes?: number;
  readonly slots?: number;
  /** What becomes of the mailboxes of the runners' agents. */
  readonly mailboxOf?: (mailbox: Mailbox, reactor: Reactor) => Mailbox;
}

/** A client's end of a channel: what came, and what it sends. */
export interface Client {
  readonly channel: Channel & { alive: boolean };
  readonly received: ChannelPacket[];
  send(type: PacketType, subjectId: string, data?: ChannelPacket["data"]): void;
  /** Registers and returns the id of the agent it was given. */
  register(registrationId: string, workerName?: string): string;
  /** Sends the live update of this number. */
  update(agentId: string, number: number, more?: ChannelPacket["data"]): void;
  /** The last packet of this type, which there has to be. */
  last(type: PacketType): ChannelPacket;
  /** The statuses it was told about an agent, in order. */
  statuses(agentId: string): unknown[];
}

/** A database whose writes can be held back, as those of a busy writer thread are. */
export interface SlowDatabase extends Database {
  /** From now on writes wait for {@link SlowDatabase.commit}. */
  hold(): void;
  /** Executes the writes that wait, in their order, and those that follow from them, and holds back no more. */
  commit(): void;
}

export interface Platform {
  readonly db: Database;
  /** The pool's and the runners' connections. */
  readonly poolDb: SlowDatabase;
  readonly runnerDb: SlowDatabase;
  readonly pool: WorkerPool;
  readonly clientIO: ClientIO;
  readonly runners: readonly TaskRunner[];
  readonly arena: Arena;
  readonly taskRunId: string;
  readonly qualificationId: string | undefined;
  client(id?: string): Client;
  /** Has workers hold a qualification, with these values by their names. */
  grant(qualificationName: string, values: Readonly<Record<string, number>>): void;
  /** Lets everything happen that can happen now. */
  settle(): void;
  /** Moves the clock while nothing happens, as on a thread that has too much to do. */
  stall(ms: number): void;
  /** Moves the clock, and settles. */
  pass(ms: number): void;
  now(): number;
  status(agentId: string): string | undefined;
  history(agentId: string): string[];
  evidenceOf(agentId: string): TaskEvidence;
  measured(): Measurements;
  /** Fails unless every agent is final, every slot free, and nothing is running. */
  assertAtRest(): void;
}

export function startPlatform(t: TestContext, options: PlatformOptions = {}): Platform {
  const {
    blueprint = "chat",
    onboarding = false,
    assignments = 4,
    unitsPerAssignment = 1,
    runners: runnerCount = 1,
    workTimeMs = 0,
  } = options;
  let now = 0;
  const clock = { now: () => now };
  const standing: Driver = { requestTurn: () => undefined };
  const arena = Arena.create({
    slots: options.slots ?? 64,
    ringBytes: options.ringBytes ?? 4096,
    clock,
    driver: standing,
  });
  const { reactor } = arena;
  const db = openDatabase(":memory:", { create: true });
  t.after(() => {
    db.close();
  });
  const taskId = db.write("newTask", { taskName: "talk", taskType: blueprint }).block().taskId;
  const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "/runs/1" }).block();
  db.write("newAssignments", { taskRunId, assignments, unitsEach: unitsPerAssignment, status: "launched" }).block();
  const qualificationId = onboarding
    ? db.write("newQualification", { qualificationName: ONBOARDING_QUALIFICATION }).block().qualificationId
    : undefined;

  const recorder = createRecorder({ thread: "test", originMs: 0 });
  const { observer, evidence } = observeTasks(recorder, { wokenAt: 0, takenAt: 0 }, () => undefined);
  const liveRunObserver: LiveRunObserver = {
    count: (name) => recorder.count(name),
    gauge: (name, value) => recorder.gauge(name, value),
    trend: (name) => recorder.trend(name),
    ofWorker: () => recorder,
    agentHandedOver: () => undefined,
  };
  const failures: string[] = [];
  const taskGroup = createTaskGroup((name, error) => failures.push(`${name}: ${String(error)}`));
  const poolDb = slowDatabase(db);
  const runnerDb = slowDatabase(db);
  const ids = counter();
  const contextOn = (database: Database, mailboxOf?: PlatformOptions["mailboxOf"]) =>
    createContext({
      db: database,
      arena,
      clock,
      ids,
      gauges: "rows",
      finalStatuses: "kept",
      ...(mailboxOf !== undefined && { openMailbox: (slot) => mailboxOf(openMailbox(slot), reactor) }),
    });

  const post: (() => void)[] = [];
  const outbox = (deliver: (message: never) => void): Outbox => ({
    send: (message) => void post.push(() => deliver(JSON.parse(JSON.stringify(message)) as never)),
    waiting: 0,
  });
  const runners: TaskRunner[] = [];
  const pool = new WorkerPool({
    context: contextOn(poolDb),
    arena,
    observer: liveRunObserver,
    taskGroup,
    taskRunId,
    providerType: "simulated",
    unitsPerAssignment,
    takesLiveUpdates: blueprint !== "static",
    requirements: options.requirements ?? [],
    onboardingQualificationId: qualificationId,
    runners: Array.from({ length: runnerCount }, (_, index) =>
      outbox((message: RunnerMessage) => runners[index]?.handle(message)),
    ),
  });
  for (let index = 0; index < runnerCount; index++) {
    runners.push(
      new TaskRunner({
        context: contextOn(runnerDb, options.mailboxOf),
        observer,
        taskGroup,
        reactor,
        toPool: outbox((message: PoolMessage) => pool.handle(message)),
        blueprint: blueprintOf(blueprint),
        liveUpdateTimeoutMs: LIVE_UPDATE_TIMEOUT_MS,
        submissionTimeoutMs: SUBMISSION_TIMEOUT_MS,
        workTimeMs,
        onboardingQualificationId: qualificationId,
      }),
    );
  }
  const clientIO = new ClientIO({ reactor, observer: liveRunObserver, requests: pool });
  pool.connectClientIO(clientIO);

  const settle = (): void => {
    for (let busy = true; busy; ) {
      busy = reactor.turn();
      for (let deliver = post.shift(); deliver !== undefined; deliver = post.shift()) {
        busy = true;
        deliver();
      }
    }
    assert.deepEqual(failures, []);
  };
  const pass = (ms: number): void => {
    settle();
    now += ms;
    settle();
  };
  const isOnboarding = (agentId: string): boolean => agentId.startsWith("onboarding_");
  const rowId = (agentId: string): string => agentId.replace("onboarding_", "");
  const status = (agentId: string): string | undefined =>
    isOnboarding(agentId) ? db.getOnboardingAgent(rowId(agentId))?.status : db.getAgent(agentId)?.status;

  return {
    db,
    poolDb,
    runnerDb,
    pool,
    clientIO,
    runners,
    arena,
    taskRunId,
    qualificationId,
    settle,
    pass,
    status,
    now: () => now,
    stall(ms) {
      now += ms;
    },
    grant(qualificationName, values) {
      const { qualificationId } = db.write("newQualification", { qualificationName }).block();
      const grants = Object.entries(values).map(([workerName, value]) => ({ workerName, value }));
      db.write("grantByName", { qualificationId, providerType: "simulated", grants }).block();
    },
    client: (id = "c") => newClient(id, clientIO, settle, () => now),
    history: (agentId) =>
      db
        .statusChangesOf(isOnboarding(agentId) ? "onboarding" : "main", rowId(agentId))
        .map(({ newStatus }) => newStatus),
    evidenceOf(agentId) {
      const found = evidence.find((note) => note.agentId === agentId);
      assert.ok(found !== undefined, `no evidence on ${agentId}`);
      return found;
    },
    measured: () => mergeSnapshots([recorder.take()], 1000),
    assertAtRest() {
      assert.deepEqual(
        {
          live: pool.live,
          idle: pool.isIdle,
          running: runners.map((runner) => runner.running),
          slots: arena.allocated,
        },
        {
          live: 0,
          idle: true,
          running: runners.map(() => 0),
          slots: 0,
        },
      );
      const open = [...db.agentStatusCounts(taskRunId), ...db.onboardingStatusCounts(taskRunId)].map(([name]) => name);
      assert.deepEqual(
        open.filter((name) =>
          ["none", "accepted", "onboarding", "waiting", "in task", "partner disconnect"].includes(name),
        ),
        [],
      );
    },
  };
}

function newClient(id: string, clientIO: ClientIO, settle: () => void, now: () => number): Client {
  const received: ChannelPacket[] = [];
  const channel = {
    id,
    alive: true,
    open: () => undefined,
    close() {
      this.alive = false;
    },
    isAlive() {
      return this.alive;
    },
    enqueueSend: (packet: ChannelPacket) => received.push(JSON.parse(JSON.stringify(packet)) as ChannelPacket) > 0,
  };
  clientIO.addChannel(channel);
  const send: Client["send"] = (type, subjectId, data = {}) => {
    clientIO.handlers.onMessage(channel, {
      packet_type: type,
      subject_id: subjectId,
      data,
      client_timestamp: now(),
      router_incoming_timestamp: now(),
    });
    settle();
  };
  const last: Client["last"] = (type) => {
    const found = received.findLast((packet) => packet.packet_type === type);
    assert.ok(found !== undefined, `no ${type} among ${received.map((packet) => packet.packet_type).join(", ")}`);
    return found;
  };
  return {
    channel,
    received,
    send,
    last,
    register(registrationId, workerName = registrationId) {
      send("register_agent", registrationId, { worker_name: workerName });
      const { agent_id: agentId } = last("agent_details").data;
      assert.ok(typeof agentId === "string", `refused: ${JSON.stringify(last("agent_details").data)}`);
      return agentId;
    },
    update: (agentId, number, more = {}) =>
      send("mephisto_bound_live_update", agentId, {
        update_id: `${agentId}/${number}`,
        number,
        intended_at: now(),
        text: "hello",
        ...more,
      }),
    statuses: (agentId) =>
      received
        .filter((packet) => packet.packet_type === "update_status" && packet.subject_id === agentId)
        .map((packet) => packet.data["status"]),
  };
}

function counter(): { next(): string } {
  let last = 0;
  return { next: () => String(++last) };
}

function slowDatabase(db: Database): SlowDatabase {
  let held: (() => void)[] | undefined;
  return {
    ...db,
    hold: () => void (held ??= []),
    commit() {
      for (let run = held?.shift(); run !== undefined; run = held?.shift()) run();
      held = undefined;
    },
    write<K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>> {
      const queue = held;
      if (queue === undefined) return db.write(name, ...args);
      let waiter: Waiter<WriteResult<K>> | undefined;
      queue.push(() =>
        db
          .write(name, ...args)
          .start({ resume: (value) => waiter?.resume(value), fail: (error) => waiter?.fail(error) }),
      );
      return {
        block() {
          throw new Error("this write is held back");
        },
        start(who) {
          waiter = who;
        },
      };
    },
  };
}
