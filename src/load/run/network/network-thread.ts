/**
 * The entry of a client thread of a run over a network (a Piscina task). Its event loop drives the workers, as it has
 * their sockets.
 */
import { once } from "node:events";
import { assert, messageOf } from "../../../vocabulary/index.js";
import { createTaskGroup } from "../../../platform/live/index.js";
import { Reactor, systemClock } from "../../../platform/sync/index.js";
import { createRecorder, watchHealth } from "../../measure/index.js";
import { openDialect, TimerDriver, type NetworkNotesReport } from "../../network/index.js";
import { buildPlan } from "../../scenario/index.js";
import { standStill } from "../threads/pause.js";
import type { FromThread, ThreadReport, ToThread } from "../threads/setup.js";
import { startNetworkClients, type NetworkClients } from "./network-clients.js";
import type { NetworkThreadSetup } from "./network-setup.js";

/** How often a thread tells the coordinator what it has measured, ms. */
const PROGRESS_MS = 250;
/** How often it looks whether its workers have come to their end, ms. */
const LOOK_MS = 20;

export default async function run(setup: NetworkThreadSetup): Promise<ThreadReport<NetworkNotesReport>> {
  const { name, port, counts, keepsSamples, pauses, shard } = setup;
  const clock = systemClock;
  const reactor = new Reactor(clock, noEvents);
  const driver = new TimerDriver(reactor);
  reactor.drive(driver);
  const dialect = await openDialect(setup.run.target.dialect);
  const post = (message: FromThread): void => port.postMessage(message);
  post({ kind: "hello", place: shard, doorbell: 0 });
  const [start] = (await once(port, "message")) as [ToThread];
  assert(start.kind === "start", `thread ${name} got "${start.kind}" before it was started`);
  const { originMs } = start;

  const failures: Error[] = [];
  const plan = buildPlan(setup.run.scenario, setup.run.plan);
  const tagged = { tags: plan.tags, now: () => clock.now() };
  const recorder = createRecorder({ thread: name, originMs, ...tagged, counts, keepSamples: keepsSamples });
  const health = watchHealth(name);
  const clients = startNetworkClients({
    reactor,
    recorder,
    taskGroup: createTaskGroup((what, error) => {
      failures.push(new Error(`${what}: ${messageOf(error)}`, { cause: error }));
    }),
    run: setup.run,
    plan,
    dialect,
    shard,
    originMs,
    onFatal: (why) => post({ kind: "fatal", why }),
  });
  port.on("message", (message: ToThread) => {
    if (message.kind === "stop") clients.stop();
    else if (message.kind === "pause") standStill(pauses);
    else if (message.kind === "gauges") post({ kind: "gauges", gauges: { statuses: [], workers: [] } });
  });
  let tickDueAt = clock.now() + PROGRESS_MS;
  const progress = setInterval(() => {
    const now = clock.now();
    recorder.trend("event_loop_delay").record(Math.max(0, now - tickDueAt), now);
    tickDueAt = now + PROGRESS_MS;
    post({ kind: "progress", snapshot: recorder.take() });
  }, PROGRESS_MS);
  try {
    await untilDone(clients, failures);
  } finally {
    clearInterval(progress);
    await clients.close();
    driver.stop();
    port.close();
  }
  if (failures[0] !== undefined) throw failures[0];
  return { evidence: clients.evidence(), snapshot: recorder.take(), health: health.stop() };
}

function untilDone(clients: NetworkClients, failures: readonly Error[]): Promise<void> {
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (failures.length === 0 && !clients.done()) return;
      clearInterval(look);
      resolve();
    }, LOOK_MS);
  });
}

/** Nothing in this thread waits for an event in shared memory. */
function noEvents(): never {
  throw new Error("a thread without an arena has no events");
}
