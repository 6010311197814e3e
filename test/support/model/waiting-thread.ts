/** A worker thread whose code blocks in `getLiveUpdate` on a handle of its own, and posts what came of each call. */
import { parentPort, workerData } from "node:worker_threads";
import { connectDatabase, type DatabaseConnection } from "../../../dist/platform/db/index.js";
import { Agent, createContext } from "../../../dist/platform/model/index.js";
import { Arena, type MailboxKind } from "../../../dist/platform/sync/index.js";

export interface WaitingThread {
  connection: DatabaseConnection;
  arena: SharedArrayBuffer;
  mailbox: MailboxKind;
  agentId: string;
  slotIndex: number;
}

const { connection, arena, mailbox, agentId, slotIndex } = workerData as WaitingThread;
const db = connectDatabase(connection);
const context = createContext({ db, arena: Arena.attach(arena), mailbox });
context.slots.adopt(agentId, slotIndex);
const agent = Agent.get(context, agentId);
parentPort?.postMessage("waiting");
try {
  for (;;) parentPort?.postMessage(agent.getLiveUpdate(600_000));
} catch (error) {
  parentPort?.postMessage([(error as Error).name, agent.dbStatus]);
}
db.close();
