/** A process that writes through a writer thread until it is killed, and prints each write once it is acknowledged. */
import assert from "node:assert/strict";
import { writeSync } from "node:fs";
import { connectDatabase, DatabaseInUseError, openDatabase, startWriter } from "../../../dist/platform/db/index.js";
import { spawn, wait, type Steps } from "../../../dist/platform/sync/index.js";
import { newAgent, newTaskRun } from "./fixture.js";

const AGENTS = 8;

const path = process.argv[2] ?? "";
const writer = await startWriter(path, { create: true });
const db = connectDatabase(writer.connect());
// Looking at the file must not cost this process the locks that keep the other one out.
assert.throws(() => openDatabase(path), DatabaseInUseError);
const { taskRunId } = newTaskRun(db, AGENTS, 1);

/**
 * Straight to the pipe: what is printed has left this process when it is killed. A line for which the pipe is full is
 * left out.
 */
function print(line: string): void {
  try {
    writeSync(1, line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  }
}

function* writeForEver(agentId: string): Steps<void> {
  for (let n = 0; ; n++) {
    yield* wait(db.write("updateAgent", agentId, { status: n % 2 === 0 ? "waiting" : "in task", at: n }));
    yield* wait(db.write("appendState", { agentType: "main", agentId, kind: "submit", data: String(n), at: n }));
    print(`${agentId} ${n}\n`);
  }
}

for (let index = 0; index < AGENTS; index++) {
  const { agentId } = newAgent(db, taskRunId, `worker ${index}`);
  spawn(
    writeForEver(agentId),
    () => undefined,
    (error) => {
      throw error;
    },
  );
}
