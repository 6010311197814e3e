/**
 * The entry of every thread of a run with `--listen` (a Piscina task): simulated workers, or the router for the
 * backend.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { assert, messageOf, whySystemFailed } from "../../../vocabulary/index.js";
import { createTaskGroup, type TaskGroup } from "../../../platform/live/index.js";
import { Arena, manualDriver, openMailbox, park, systemClock } from "../../../platform/sync/index.js";
import { createRecorder, watchHealth, type Recorder } from "../../measure/index.js";
import { ChannelRouter, openDialect, type Dialect, type NetworkNotesReport } from "../../network/index.js";
import { buildPlan, type Plan } from "../../scenario/index.js";
import { startArrivals } from "../roles/arrivals.js";
import { BackendRole } from "../roles/backend.js";
import type { FromThread, ThreadReport, ToThread } from "../threads/setup.js";
import type { BackendEvidence, ListenThreadSetup } from "./listen-setup.js";
import { workerContextOf } from "./worker-context.js";

/** How often a thread tells the coordinator what it has measured, ms. */
const PROGRESS_MS = 250;
/** How often the router's thread looks whether something has failed, ms. */
const LOOK_MS = 20;

type Report = ThreadReport<NetworkNotesReport> | ThreadReport<BackendEvidence>;

/** The notes on the workers are the router's. */
const NO_NOTES: NetworkNotesReport = { registrations: [], agents: [], failures: [] };

export default async function run(setup: ListenThreadSetup): Promise<Report> {
  const thread = new ListenThread(setup, await openDialect(setup.run.target.dialect));
  return setup.role.kind === "client" ? runClient(thread, setup.role.shard) : runBackend(thread);
}

/** What both kinds of thread do. */
class ListenThread {
  readonly arena: Arena;
  readonly taskGroup: TaskGroup;
  readonly failures: Error[] = [];
  isStopped = false;

  constructor(
    readonly setup: ListenThreadSetup,
    readonly dialect: Dialect,
  ) {
    // A thread with sockets is driven by its event loop, one without parks.
    const driver = setup.role.kind === "client" ? { driver: manualDriver } : {};
    this.arena = Arena.attach(setup.arena, { clock: systemClock, ...driver });
    this.taskGroup = createTaskGroup((what, error) => {
      this.failures.push(new Error(`${what}: ${messageOf(error)}`, { cause: error }));
    });
  }

  post(message: FromThread): void {
    this.setup.port.postMessage(message);
  }

  hello(): void {
    this.post({ kind: "hello", place: this.arena.thread, doorbell: this.arena.doorbell });
  }

  /** Waits for the start, then runs `body` until it has ended. */
  async run<Evidence>(
    body: (start: {
      readonly plan: Plan;
      readonly recorder: Recorder;
      readonly originMs: number;
    }) => Promise<() => Evidence>,
  ): Promise<ThreadReport<Evidence>> {
    const { name, port, counts, keepsSamples, run } = this.setup;
    const [start] = (await once(port, "message")) as [ToThread];
    assert(start.kind === "start", `thread ${name} got "${start.kind}" before it was started`);
    const { originMs } = start;
    const plan = buildPlan(run.scenario, run.plan);
    const now = (): number => systemClock.now();
    const recorder = createRecorder({
      thread: name,
      originMs,
      tags: plan.tags,
      now,
      counts,
      keepSamples: keepsSamples,
    });
    const health = watchHealth(name);
    port.on("message", (message: ToThread) => {
      if (message.kind === "stop") this.isStopped = true;
      else if (message.kind === "gauges") this.post({ kind: "gauges", gauges: { statuses: [], workers: [] } });
    });
    let tickDueAt = systemClock.now() + PROGRESS_MS;
    const progress = setInterval(() => {
      const now = systemClock.now();
      recorder.trend("event_loop_delay").record(Math.max(0, now - tickDueAt), now);
      tickDueAt = now + PROGRESS_MS;
      this.post({ kind: "progress", snapshot: recorder.take() });
    }, PROGRESS_MS);
    let evidence: () => Evidence;
    try {
      evidence = await body({ plan, recorder, originMs });
    } finally {
      clearInterval(progress);
      port.close();
    }
    if (this.failures[0] !== undefined) throw this.failures[0];
    return { evidence: evidence(), snapshot: recorder.take(), health: health.stop() };
  }
}

function runClient(thread: ListenThread, shard: number): Promise<ThreadReport<NetworkNotesReport>> {
  const { arena, taskGroup, failures, dialect } = thread;
  const { run } = thread.setup;
  const { reactor, cells, doorbell } = arena;
  const slots = run.channels[shard];
  assert(slots !== undefined, `there is a channel for client thread ${shard}`);
  thread.hello();
  return thread.run(async ({ plan, recorder, originMs }) => {
    const router = new ChannelRouter({
      reactor,
      recorder,
      taskGroup,
      toRouter: openMailbox(arena.slot(slots.toRouter)),
      fromRouter: openMailbox(arena.slot(slots.toClients)),
    });
    const context = workerContextOf({
      reactor,
      recorder,
      router,
      run,
      dialect,
      originMs,
      onUnplannedUnit: () => undefined,
    });
    const arrivals = startArrivals({ plan, shard, shards: run.channels.length, taskGroup, context });
    await park(reactor, {
      cells,
      doorbell,
      done: () => {
        if (thread.isStopped) arrivals.stop();
        return failures.length > 0 || arrivals.done();
      },
    });
    return () => NO_NOTES;
  });
}

async function runBackend(thread: ListenThread): Promise<ThreadReport<BackendEvidence>> {
  const { arena, taskGroup, failures, dialect } = thread;
  const { run } = thread.setup;
  let hasBackend = false;
  const role = new BackendRole({
    arena,
    taskGroup,
    run,
    dialect,
    wallClock: () => Date.now(),
    newId: () => randomUUID(),
    onBackend() {
      if (!hasBackend) thread.post({ kind: "backend" });
      hasBackend = true;
    },
  });
  thread.hello();
  const { host, port } = run.listen;
  try {
    thread.post({ kind: "listening", port: await role.listen() });
  } catch (error) {
    thread.post({ kind: "fatal", why: `cannot listen on ${host}:${port}: ${whySystemFailed(error)}` });
  }
  return thread.run(async ({ plan, recorder, originMs }) => {
    role.begin(plan, recorder, originMs);
    while (!thread.isStopped && failures.length === 0) await sleep(LOOK_MS);
    await role.stop((ms) => sleep(ms, undefined, { ref: false }));
    return () => role.evidence();
  });
}
