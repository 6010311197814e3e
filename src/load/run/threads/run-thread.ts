/** What every thread of a run in this process does, in any role: attach, wait for the start, park until done. */
import { assert } from "../../../vocabulary/index.js";
import { connectDatabase } from "../../../platform/db/index.js";
import { uuidSource } from "../../../platform/model/index.js";
import { Arena, park, shiftedClock, manualDriver, systemClock } from "../../../platform/sync/index.js";
import { HistoryWriter } from "../../../replay/history/history-writer.js";
import { HistoryRecorder } from "../../../replay/history/history-recorder.js";
import { passThroughInterceptors, type Interceptors, type Role, type RoleContext } from "../roles/role.js";
import { openAcknowledgementLog } from "./acknowledgement-log.js";
import { faultInterceptors } from "../../faults/index.js";
import { standStill } from "./pause.js";
import { pollUntil, RunningThread, type ThreadStart, type ThreadWork } from "./running-thread.js";
import type { ThreadReport, ThreadSetup, ToThread } from "./setup.js";

export async function runThread<Evidence>(
  setup: ThreadSetup,
  begin: (context: RoleContext) => Role<Evidence>,
  drivenBy: "parking" | "event loop" = "parking",
): Promise<ThreadReport<Evidence>> {
  const { name, run, clockOffset, pauses, acknowledgements, history } = setup;
  const clock = clockOffset === undefined ? systemClock : shiftedClock(clockOffset);
  const recording = history && new HistoryRecorder(new HistoryWriter(history), clock);
  const arena = Arena.attach(setup.arena, {
    ...(drivenBy === "parking" && { driver: manualDriver }),
    clock,
    ...(recording !== undefined && { recorder: recording }),
  });
  const thread = new RunningThread(setup, clock);
  thread.post({ kind: "hello", place: arena.thread, doorbell: arena.doorbell });

  const work = ({ start, plan, recorder }: ThreadStart): ThreadWork<Evidence> => {
    const { originMs, database } = start;
    assert(database !== undefined, `thread ${name} has a connection to the database`);
    const db = connectDatabase(database, { onError: (error) => thread.fail("a write failed", error) });
    const log = openAcknowledgementLog(acknowledgements, (error) =>
      thread.fail("the acknowledgements cannot be kept", error),
    );
    const plain = passThroughInterceptors(arena);
    const role = begin({
      arena,
      db: recording?.database(db) ?? db,
      recorder,
      taskGroup: thread.taskGroup,
      run,
      plan,
      ids: uuidSource,
      interceptors: recordedBy(recording, faultInterceptors(plain, arena, run, plan, originMs)),
      originMs,
      acknowledged: (agentId, what) => log.note({ agentId, what }),
      notify: (notice) => thread.post({ kind: "notice", notice }),
    });
    const done = (): boolean => thread.hasFailed || role.done();
    return {
      untilDone: () =>
        drivenBy === "event loop"
          ? pollUntil(done)
          : park(arena.reactor, { cells: arena.cells, doorbell: arena.doorbell, poll: () => db.poll(), done }),
      stop: (untilMs) => role.stop(untilMs),
      onMessage(message: ToThread) {
        if (message.kind === "pause") standStill(pauses);
        else if (message.kind === "gauges") {
          assert(role.gauges !== undefined, `thread ${name} has gauges`);
          thread.post({ kind: "gauges", gauges: role.gauges() });
        }
      },
      async close() {
        db.close();
        // The waits for the last writes end in a microtask, possibly with a failure.
        await Promise.resolve();
        recording?.close();
        log.close();
      },
      evidence: () => role.evidence(),
    };
  };
  const report = await thread.run(work);
  arena.detach();
  return report;
}

/** `interceptors`, with the context of the model recorded if there is a recorder. */
function recordedBy(recording: HistoryRecorder | undefined, interceptors: Interceptors): Interceptors {
  return recording === undefined
    ? interceptors
    : { ...interceptors, context: (context) => recording.context(interceptors.context(context)) };
}
