/** A worker thread that calls `act`, and posts how many warnings it was given. */
import { setImmediate } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { connectDatabase } from "../../../dist/platform/db/index.js";
import { Agent, createContext } from "../../../dist/platform/model/index.js";
import { Arena } from "../../../dist/platform/sync/index.js";
import type { WaitingThread } from "./waiting-thread.js";

const { connection, arena, mailbox, agentId, slotIndex } = workerData as WaitingThread;
let warnings = 0;
process.on("warning", (warning) => {
  if (warning.name === "DeprecationWarning" && warning.message.includes("getLiveUpdate")) warnings++;
});
const db = connectDatabase(connection);
const context = createContext({ db, arena: Arena.attach(arena), mailbox });
context.slots.adopt(agentId, slotIndex);
const agent = Agent.get(context, agentId);
agent.act(); // eslint-disable-line @typescript-eslint/no-deprecated -- what is tested
agent.act(); // eslint-disable-line @typescript-eslint/no-deprecated -- what is tested
await setImmediate();
parentPort?.postMessage(warnings);
db.close();
