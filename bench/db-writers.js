/**
 * One writer thread with group commit, against threads that write with connections of their own: the same number of
 * durable status updates from two threads, each carrying many agents that wait for their last update before making the
 * next. Also how long an agent waited for one update, and how often a thread's coroutines stood still for longer than 5
 * ms.
 *
 *   npm run build && node bench/db-writers.js [--updates 40000] [--agents 200] [--rounds 5]
 *
 * The ways take turns, so that what else the machine does hits both alike. Results:
 * docs/decisions/0001-one-writer-thread.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { clearInterval, setImmediate, setInterval } from "node:timers";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import Sqlite from "better-sqlite3";
import { connectDatabase, openDatabase, startWriter } from "../dist/platform/db/index.js";
import { spawn, wait } from "../dist/platform/sync/index.js";

const THREADS = 2;
/** As long as the writer's own connection waits. */
const BUSY_TIMEOUT_MS = 5000;
const STATUSES = ["waiting", "in task"];
/** Lets the other agents of the thread go on. */
const nextTurn = { block: () => undefined, start: (resume) => setImmediate(resume) };

if (isMainThread) await main();
else await update(workerData);

async function main() {
  const { values } = parseArgs({
    options: {
      updates: { type: "string", default: "40000" },
      agents: { type: "string", default: "200" },
      rounds: { type: "string", default: "5" },
    },
  });
  const updates = Number(values.updates);
  const agents = Number(values.agents);
  const results = { "one writer thread": [], "a connection each": [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const way of Object.keys(results)) results[way].push(await measure(way, updates, agents));
  }
  console.log(
    `${updates} durable status updates, ${THREADS} threads x ${agents / THREADS} agents, median of ${values.rounds} rounds (least - most)`,
  );
  for (const [way, rounds] of Object.entries(results)) {
    console.log(`\n${way}`);
    for (const key of Object.keys(rounds[0])) {
      const sorted = rounds.map((round) => round[key]).sort((a, b) => a - b);
      const [least, median, most] = [0, sorted.length >> 1, sorted.length - 1].map((index) => format(sorted[index]));
      console.log(`  ${key.padEnd(34)} ${median} (${least} - ${most})`);
    }
  }
}

async function measure(way, updates, agents) {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-bench-"));
  const path = join(directory, "run.db");
  try {
    fill(path, agents);
    const writer = way === "one writer thread" ? await startWriter(path) : undefined;
    const threads = Array.from({ length: THREADS }, (_, index) => {
      const connection = writer?.connect();
      const share = {
        path,
        connection,
        updates: updates / THREADS,
        first: 1 + (index * agents) / THREADS,
        agents: agents / THREADS,
      };
      return new Worker(new URL(import.meta.url), {
        workerData: share,
        transferList: connection ? [connection.port] : [],
      });
    });
    const exits = threads.map((thread) => once(thread, "exit"));
    const results = await Promise.all(threads.map(async (thread) => (await once(thread, "message"))[0]));
    await Promise.all(exits);
    const stats = await writer?.stats();
    await writer?.close();
    const began = Math.min(...results.map((result) => result.began));
    const ended = Math.max(...results.map((result) => result.ended));
    const waits = Float64Array.from(results.flatMap((result) => [...result.waits])).sort();
    return {
      "updates a second": (updates / (ended - began)) * 1000,
      "updates a commit": stats ? stats.writes / stats.commits : 1,
      "an agent waited, p50 (ms)": waits[Math.floor(waits.length * 0.5)],
      "an agent waited, p99 (ms)": waits[Math.floor(waits.length * 0.99)],
      "an agent waited, longest (ms)": waits.at(-1),
      "thread stood still over 5 ms": results.reduce((sum, result) => sum + result.stalls, 0),
      "thread stood still, longest (ms)": Math.max(...results.map((result) => result.longestStall)),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function fill(path, agents) {
  const db = openDatabase(path, { create: true });
  const put = (name, ...args) => db.write(name, ...args).block();
  const { taskId } = put("newTask", { taskName: "bench", taskType: "chat" });
  const { taskRunId } = put("newTaskRun", { taskId, providerType: "simulated", runDir: "/" });
  put("newAssignments", { taskRunId, assignments: agents, unitsEach: 1, status: "launched" });
  for (let index = 1; index <= agents; index++) {
    const { workerId } = put("findOrCreateWorker", { workerName: String(index), providerType: "simulated" });
    put("newAgent", { workerId, unitId: String(index), providerType: "simulated", at: 0 });
  }
  db.close();
}

/**
 * One thread's share: every agent makes an update, waits until it is committed, lets the others go on, and makes the
 * next.
 */
async function update({ path, connection, updates, first, agents }) {
  const db = connection ? connectDatabase(connection) : ownConnection(path);
  const waits = [];
  let left = updates;
  let stalls = 0;
  let longestStall = 0;
  const now = () => performance.timeOrigin + performance.now();
  const began = now();
  let lastBeat = began;
  const beat = () => {
    const stall = now() - lastBeat;
    if (stall > 5) stalls++;
    longestStall = Math.max(longestStall, stall);
    lastBeat = now();
  };
  const beats = setInterval(beat, 0);
  function* agent(agentId) {
    for (let n = 0; left > 0; n++) {
      left--;
      const from = performance.now();
      yield* wait(db.write("updateAgent", agentId, { status: STATUSES[n % 2], at: n }));
      waits.push(performance.now() - from);
      yield* wait(nextTurn);
    }
  }
  await Promise.all(
    Array.from(
      { length: agents },
      (_, index) => new Promise((done, failed) => spawn(agent(String(first + index)), done, failed)),
    ),
  );
  clearInterval(beats);
  const ended = now();
  db.close();
  parentPort.postMessage({ began, ended, waits: Float64Array.from(waits), stalls, longestStall });
}

/**
 * The other design: this thread writes by itself, a commit for each update, and sleeps in SQLite while the other one
 * commits.
 */
function ownConnection(path) {
  const connection = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
  for (const pragma of ["journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"]) connection.pragma(pragma);
  const statement = connection.prepare("UPDATE agents SET status = ?, updated_at = ? WHERE agent_id = ?");
  return {
    write: (_name, agentId, { status, at }) => {
      statement.run(status, at, agentId);
      return { start: (resume) => resume(undefined) };
    },
    close: () => connection.close(),
  };
}

function format(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
