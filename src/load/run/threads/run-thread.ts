/** What every thread of a run does, in any role: attach, wait for the start, park until done, hand over its report. */
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { assert, messageOf } from "../../../vocabulary/index.js";
import { connectDatabase } from "../../../platform/db/index.js";
import { createTaskGroup } from "../../../platform/live/index.js";
import { createRecorder, watchHealth } from "../../measure/index.js";
import { uuidSource } from "../../../platform/model/index.js";
import { buildPlan } from "../../scenario/build-plan.js";
import { Arena, park, shiftedClock, manualDriver, systemClock } from "../../../platform/sync/index.js";
import { HistoryWriter } from "../../../replay/history/history-writer.js";
import { HistoryRecorder } from "../../../replay/history/history-recorder.js";
import { passThroughInterceptors, type Interceptors, type Role, type RoleContext } from "../roles/role.js";
import { openAcknowledgementLog } from "./acknowledgement-log.js";
import { faultInterceptors } from "../../faults/index.js";
import { standStill } from "./pause.js";
import type { FromThread, ThreadReport, ThreadSetup, ToThread } from "./setup.js";

/** How often a thread sends its measurements to the coordinator, ms. */
const PROGRESS_MS = 250;
/** How often a thread that its event loop drives looks whether it is done, ms. */
const LOOK_MS = 20;

export async function runThread<Evidence>(
  { name, arena: shared, port, run, clockOffset, pauses, acknowledgements, history, counts, keepsSamples }: ThreadSetup,
  begin: (thread: RoleContext) => Role<Evidence>,
  drivenBy: "parking" | "event loop" = "parking",
): Promise<ThreadReport<Evidence>> {
  const clock = clockOffset === undefined ? systemClock : shiftedClock(clockOffset);
  const recording = history && new HistoryRecorder(new HistoryWriter(history), clock);
  const arena = Arena.attach(shared, {
    ...(drivenBy === "parking" && { driver: manualDriver }),
    clock,
    ...(recording !== undefined && { recorder: recording }),
  });
  const post = (message: FromThread): void => port.postMessage(message);
  post({ kind: "hello", place: arena.thread, doorbell: arena.doorbell });
  const [start] = (await once(port, "message")) as [ToThread];
  if (start.kind !== "start") throw new Error(`thread ${name} got "${start.kind}" before it was started`);

  const failures: Error[] = [];
  const fail = (what: string, error: unknown): void =>
    void failures.push(new Error(`${what}: ${messageOf(error)}`, { cause: error }));
  assert(start.database !== undefined, `thread ${name} has a connection to the database`);
  const db = connectDatabase(start.database, { onError: (error) => fail("a write failed", error) });
  const plan = buildPlan(run.scenario, run.plan);
  const { originMs } = start;
  const tagged = { tags: plan.tags, now: () => clock.now() };
  const recorder = createRecorder({ thread: name, originMs, ...tagged, counts, keepSamples: keepsSamples });
  const taskGroup = createTaskGroup(fail);
  const health = watchHealth(name);
  const log = openAcknowledgementLog(acknowledgements, (error) => fail("the acknowledgements cannot be kept", error));
  const plain = passThroughInterceptors(arena);
  const role = begin({
    arena,
    db: recording?.database(db) ?? db,
    recorder,
    taskGroup,
    run,
    plan,
    ids: uuidSource,
    interceptors: recordedBy(recording, faultInterceptors(plain, arena, run, plan, originMs)),
    originMs,
    acknowledged: (agentId, what) => log.note({ agentId, what }),
    notify: (notice) => post({ kind: "notice", notice }),
  });
  port.on("message", (message: ToThread) => {
    if (message.kind === "stop") role.stop(message.untilMs);
    else if (message.kind === "pause") standStill(pauses);
    else if (message.kind === "gauges") post({ kind: "gauges", gauges: role.gauges() });
  });
  let tickDueAt = systemClock.now() + PROGRESS_MS;
  const progress = setInterval(() => {
    const now = systemClock.now();
    recorder.trend("event_loop_delay").record(Math.max(0, now - tickDueAt), clock.now());
    tickDueAt = now + PROGRESS_MS;
    post({ kind: "progress", snapshot: recorder.take() });
  }, PROGRESS_MS);
  try {
    const done = (): boolean => failures.length > 0 || role.done();
    if (drivenBy === "event loop") await until(done);
    else await park(arena.reactor, { cells: arena.cells, doorbell: arena.doorbell, poll: () => db.poll(), done });
  } finally {
    clearInterval(progress);
    db.close();
    // The waits for the last writes end in a microtask, possibly with a failure.
    await Promise.resolve();
    recording?.close();
    port.close();
    log.close();
  }
  if (failures[0] !== undefined) throw failures[0];
  arena.detach();
  return { evidence: role.evidence(), snapshot: recorder.take(), health: health.stop() };
}

/** A thread with sockets does not park: its event loop drives the coroutines too. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await setTimeout(LOOK_MS);
}

/** `interceptors`, with the context of the model recorded if there is a recorder. */
function recordedBy(recording: HistoryRecorder | undefined, interceptors: Interceptors): Interceptors {
  return recording === undefined
    ? interceptors
    : { ...interceptors, context: (context) => recording.context(interceptors.context(context)) };
}
