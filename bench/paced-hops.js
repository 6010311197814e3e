/**
 * What the hops of the main job cost when nothing is done at them, at the pace of its default run:
 *
 * - client, loop and task thread hand over the JSON of each live update and of its reply (client → loop → task → loop →
 *   client) by a bare ring and `Atomics.wait` and `notify`, with one parse and one encoding a hop, as the live run does;
 * - one thread waits for each durable write of a row, which a writer thread executes in a transaction with those that
 *   have arrived meanwhile.
 *
 * CPU time of the process beyond that of the same threads without a message.
 *
 *   node bench/paced-hops.js [UPDATES] [WRITES] [SECONDS]
 */
/* eslint-disable no-restricted-globals -- the hand-over beside that of src/platform/sync, without it */
import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import Sqlite from "better-sqlite3";

/** Default: the updates and the awaited writes of `disconnect-storm`, nearly all of which it makes in 14 seconds. */
const [updates = 24_600, writes = 35_000, seconds = 14] = process.argv.slice(2).map(Number);
const SLOT = 1024;
const SLOTS = 4096;
const HOPS = ["client", "loop", "task"];

/**
 * A queue to one thread: words `sent` and `bell`, and slots with a length word. Each slot has one writer, by ticket.
 */
function openQueue(buffer) {
  const words = new Int32Array(buffer, 0, 4);
  const bytes = Buffer.from(buffer, 16);
  const lengths = new Int32Array(buffer, 16);
  let taken = 0;
  return {
    push(text) {
      const at = Atomics.add(words, 0, 1) % SLOTS;
      if (Atomics.load(lengths, (at * SLOT) / 4) !== 0) throw new Error("a thread is too slow for this pace");
      const length = bytes.write(text, at * SLOT + 4, SLOT - 4, "utf8");
      Atomics.store(lengths, (at * SLOT) / 4, length);
      Atomics.add(words, 1, 1);
      Atomics.notify(words, 1);
    },
    take() {
      const at = taken % SLOTS;
      const length = Atomics.load(lengths, (at * SLOT) / 4);
      if (length === 0) return undefined;
      const text = bytes.toString("utf8", at * SLOT + 4, at * SLOT + 4 + length);
      Atomics.store(lengths, (at * SLOT) / 4, 0);
      taken++;
      return text;
    },
    epoch: () => Atomics.load(words, 1),
    wait: (seen, ms) => Atomics.wait(words, 1, seen, ms),
  };
}

function runThread({ role, buffers, count, durationMs }) {
  const [client, loop, task] = buffers.map(openQueue);
  const own = { client, loop, task }[role];
  const startedAt = performance.now();
  let sent = 0;
  let received = 0;
  const sendDue = () => {
    const due = Math.min(count, Math.floor(((performance.now() - startedAt) / durationMs) * count));
    for (; sent < due; sent++) {
      const data = {
        update_id: `agent${sent % 500}/${sent}`,
        number: sent,
        intended_at: startedAt,
        text: "x".repeat(90),
      };
      loop.push(
        JSON.stringify({ packet_type: "mephisto_bound_live_update", subject_id: "agent", client_timestamp: 1, data }),
      );
    }
    return ((sent + 1) / count) * durationMs - (performance.now() - startedAt);
  };
  const handlers = {
    client: () => received++,
    loop(packet) {
      received++;
      const target = packet.packet_type === "mephisto_bound_live_update" ? task : client;
      target.push(JSON.stringify(Object.assign({}, packet, { server_timestamp: performance.now() })));
    },
    task(packet) {
      received++;
      const data = { ...packet.data, replied_at: performance.now(), text: "Noted." };
      loop.push(JSON.stringify({ packet_type: "client_bound_live_update", subject_id: "agent", data }));
    },
  };
  const expected = role === "loop" ? 2 * count : count;
  while (received < expected || sent < (role === "client" ? count : 0)) {
    const seen = own.epoch();
    const ms = role === "client" && sent < count ? sendDue() : 10;
    for (let text = own.take(); text !== undefined; text = own.take()) handlers[role](JSON.parse(text));
    if (received < expected || sent < count) own.wait(seen, Math.max(0.01, Math.min(10, ms)));
  }
}

/** Asks for a row to be written, at its time; the answers come back to the queue of this thread. */
function runClerk({ buffers, count, durationMs }) {
  const [clerk, writer] = buffers.map(openQueue);
  const startedAt = performance.now();
  for (let sent = 0, answered = 0; answered < count; ) {
    const seen = clerk.epoch();
    const passed = performance.now() - startedAt;
    for (const due = Math.min(count, Math.floor((passed / durationMs) * count)); sent < due; sent++)
      writer.push(JSON.stringify({ name: "updateAgent", id: (sent % 5000) + 1, status: `status ${sent}`, at: passed }));
    for (let text = clerk.take(); text !== undefined; text = clerk.take()) answered += JSON.parse(text).writes;
    const untilNext = sent < count ? ((sent + 1) / count) * durationMs - passed : 10;
    if (answered < count) clerk.wait(seen, Math.max(0.01, Math.min(10, untilNext)));
  }
}

function runWriter({ buffers, count, file }) {
  const [clerk, writer] = buffers.map(openQueue);
  const db = new Sqlite(file);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = NORMAL");
  db.exec("CREATE TABLE agents (id INTEGER PRIMARY KEY, status TEXT, at REAL)");
  db.exec("CREATE TABLE changes (seq INTEGER PRIMARY KEY, id INTEGER, status TEXT, at REAL)");
  const insert = db.prepare("INSERT INTO agents VALUES (?, '', 0)");
  db.transaction(() => {
    for (let id = 1; id <= 5000; id++) insert.run(id);
  })();
  const update = db.prepare("UPDATE agents SET status = ?, at = ? WHERE id = ?");
  const note = db.prepare("INSERT INTO changes (id, status, at) VALUES (?, ?, ?)");
  const group = db.transaction((first) => {
    let size = 0;
    for (let text = first; text !== undefined; text = writer.take(), size++) {
      const { id, status, at } = JSON.parse(text);
      update.run(status, at, id);
      note.run(id, status, at);
    }
    return size;
  });
  for (let done = 0; done < count; ) {
    const seen = writer.epoch();
    const first = writer.take();
    if (first === undefined) {
      writer.wait(seen, 10);
    } else {
      const size = group(first);
      done += size;
      clerk.push(JSON.stringify({ writes: size }));
    }
  }
  db.close();
}

async function cpuOf(roles, count) {
  const folder = mkdtempSync(join(tmpdir(), "paced-hops-"));
  const buffers = roles.map(() => new SharedArrayBuffer(16 + SLOT * SLOTS));
  const before = process.cpuUsage();
  await Promise.all(
    roles.map((role) => {
      const workerData = { role, buffers, count, durationMs: seconds * 1000, file: join(folder, "db") };
      return new Promise((resolve, reject) => {
        new Worker(new URL(import.meta.url), { workerData }).once("exit", resolve).once("error", reject);
      });
    }),
  );
  const { user, system } = process.cpuUsage(before);
  rmSync(folder, { recursive: true });
  return (user + system) / 1e6;
}

async function print(what, roles, count) {
  const idle = await cpuOf(roles, 0);
  const own = (await cpuOf(roles, count)) - idle;
  const each = ((own / count) * 1e6).toFixed(0);
  console.log(`${count} ${what} in ${seconds} s: ${own.toFixed(2)} s of CPU time, ${each} us each`);
}

const RUN = { clerk: runClerk, writer: runWriter };
if (isMainThread) {
  await print("updates with their replies over four hops", HOPS, updates);
  await print("awaited writes", ["clerk", "writer"], writes);
} else {
  (RUN[workerData.role] ?? runThread)(workerData);
}
