/**
 * A thread that appends one update to an agent and records it. It stops between the append and the notification until
 * the gate is opened, as a thread on a busy machine may.
 */
import { parentPort, workerData } from "node:worker_threads";
import { connectDatabase, type DatabaseConnection } from "../../../dist/platform/db/index.js";
import { HistoryWriter, HistoryRecorder, type HistoryBuffer } from "../../../dist/replay/history/index.js";
import { Agent, createContext } from "../../../dist/platform/model/index.js";
import { Arena, systemClock, type MailboxKind } from "../../../dist/platform/sync/index.js";

export interface AppendingThread {
  connection: DatabaseConnection;
  arena: SharedArrayBuffer;
  mailbox: MailboxKind;
  place: HistoryBuffer;
  agentId: string;
  slotIndex: number;
  /** 0 until the thread may continue, then 1. */
  gate: SharedArrayBuffer;
}

const { connection, arena: shared, mailbox, place, agentId, slotIndex, gate } = workerData as AppendingThread;

class PausingRecorder extends HistoryRecorder {
  override notePush(...push: Parameters<HistoryRecorder["notePush"]>): void {
    super.notePush(...push);
    parentPort?.postMessage("appended");
    Atomics.wait(new Int32Array(gate), 0, 0);
  }
}

const recorder = new PausingRecorder(new HistoryWriter(place), systemClock);
const arena = Arena.attach(shared, { recorder });
const db = connectDatabase(connection);
const context = recorder.context(createContext({ db: recorder.database(db), arena, mailbox, finalStatuses: "kept" }));
context.slots.adopt(agentId, slotIndex);
Agent.get(context, agentId).mailbox.append({ update_id: "update-1", text: "hello" });
db.close();
recorder.close();
parentPort?.postMessage("announced");
