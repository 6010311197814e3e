/**
 * The entry of every thread of a run with `--listen` (a Piscina task): simulated workers, or the router for the
 * backend.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { assert, whySystemFailed } from "../../../vocabulary/index.js";
import { Arena, manualDriver, openMailbox, park, systemClock } from "../../../platform/sync/index.js";
import { ChannelRouter, openDialect, type Dialect, type NetworkNotesReport } from "../../network/index.js";
import { startArrivals } from "../roles/arrivals.js";
import { BackendRole } from "../roles/backend.js";
import { pollUntil, RunningThread } from "../threads/running-thread.js";
import type { ThreadReport } from "../threads/setup.js";
import type { BackendEvidence, ListenThreadSetup } from "./listen-setup.js";
import { workerContextOf } from "./worker-context.js";

type Report = ThreadReport<NetworkNotesReport> | ThreadReport<BackendEvidence>;

/** The notes on the workers are the router's. */
const NO_NOTES: NetworkNotesReport = { registrations: [], agents: [], failures: [] };

export default async function run(setup: ListenThreadSetup): Promise<Report> {
  const { role } = setup;
  const dialect = await openDialect(setup.run.target.dialect);
  // A thread with sockets is driven by its event loop, one without parks.
  const driver = role.kind === "client" ? { driver: manualDriver } : {};
  const arena = Arena.attach(setup.arena, { clock: systemClock, ...driver });
  const thread = new RunningThread(setup);
  thread.post({ kind: "hello", place: arena.thread, doorbell: arena.doorbell });
  return role.kind === "client"
    ? runClient(thread, setup, arena, dialect, role.shard)
    : runBackend(thread, setup, arena, dialect);
}

function runClient(
  thread: RunningThread,
  { run }: ListenThreadSetup,
  arena: Arena,
  dialect: Dialect,
  shard: number,
): Promise<ThreadReport<NetworkNotesReport>> {
  const { taskGroup } = thread;
  const { reactor, cells, doorbell } = arena;
  const slots = run.channels[shard];
  assert(slots !== undefined, `there is a channel for client thread ${shard}`);
  return thread.run(({ start: { originMs }, plan, recorder }) => {
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
    return {
      untilDone: () => park(reactor, { cells, doorbell, done: () => thread.hasFailed || arrivals.done() }),
      stop: () => arrivals.stop(),
      evidence: () => NO_NOTES,
    };
  });
}

async function runBackend(
  thread: RunningThread,
  { run }: ListenThreadSetup,
  arena: Arena,
  dialect: Dialect,
): Promise<ThreadReport<BackendEvidence>> {
  let hasBackend = false;
  const role = new BackendRole({
    arena,
    taskGroup: thread.taskGroup,
    run,
    dialect,
    wallClock: () => Date.now(),
    newId: () => randomUUID(),
    onBackend() {
      if (!hasBackend) thread.post({ kind: "backend" });
      hasBackend = true;
    },
  });
  const { host, port } = run.listen;
  try {
    thread.post({ kind: "listening", port: await role.listen() });
  } catch (error) {
    thread.post({ kind: "fatal", why: `cannot listen on ${host}:${port}: ${whySystemFailed(error)}` });
  }
  return thread.run(({ start, plan, recorder }) => {
    role.begin(plan, recorder, start.originMs);
    let isStopped = false;
    return {
      async untilDone() {
        await pollUntil(() => thread.hasFailed || isStopped);
        await role.stop((ms) => sleep(ms, undefined, { ref: false }));
      },
      stop() {
        isStopped = true;
      },
      evidence: () => role.evidence(),
    };
  });
}
