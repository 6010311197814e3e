/** Reads and writes of an agent's row by two threads, written out as records: what came first is what is replayed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentStatus } from "../../../dist/vocabulary/index.js";
import type { AgentHistory, RecordedCall } from "../../../dist/replay/history/agent-histories.js";
import type { Method, Scalar } from "../../../dist/replay/history/history-format.js";
import type { PlacedEntry } from "../../../dist/replay/history/history-reader.js";
import { createReplayBatch } from "../../../dist/replay/history/replay-history.js";
import { SLOT_OPERATIONS, type AnySlotOperation } from "../../../dist/platform/sync/index.js";

function operation(name: string): AnySlotOperation {
  const found = SLOT_OPERATIONS.find((one) => one.name === name);
  assert.ok(found !== undefined, name);
  return found;
}

/** A record of one agent, which is written line by line; the number of a line is its place. */
class Written {
  readonly #entries: PlacedEntry[] = [];
  readonly #calls = new Map<number, RecordedCall>();

  get #next() {
    const number = this.#entries.length;
    return { slot: 0, number, at: number };
  }

  opened(thread: string, status: AgentStatus): number {
    const next = this.#next;
    this.#entries.push({ ...next, kind: "opened", thread, agentId: "1", status, allocated: next.number === 0 });
    return next.number;
  }

  loaded(thread: string, status: AgentStatus): void {
    this.#entries.push({ ...this.#next, kind: "read", thread, call: undefined, status, error: undefined });
  }

  call(thread: string, handle: number, method: Method, argument: Scalar, value: Scalar): number {
    const next = this.#next;
    const start = { ...next, kind: "started" as const, thread, handle, method, argument };
    this.#entries.push(start);
    this.#calls.set(next.number, { start, end: { threw: false, value, at: next.at } });
    return next.number;
  }

  read(thread: string, call: number, status: AgentStatus): void {
    this.#entries.push({ ...this.#next, kind: "read", thread, call, status, error: undefined });
  }

  asked(thread: string, call: number, status: AgentStatus): void {
    const { length } = this.#entries;
    const write = "updateAgent";
    this.#entries.push({
      slot: 0,
      number: length,
      at: length,
      kind: "asked",
      thread,
      call,
      write,
      status,
      unlessFinal: true,
    });
  }

  answered(thread: string, call: number, replaced: AgentStatus): void {
    this.#entries.push({ ...this.#next, kind: "answered", thread, call, error: undefined, replaced });
  }

  /** What the write of a status does that frees whoever waits. */
  released(thread: string, call: number): void {
    this.operations(thread, call, ["markReleased", "hasLiveUpdate.set", "didSubmit.set"]);
  }

  operations(thread: string, call: number, names: readonly string[]): void {
    for (const name of names)
      this.#entries.push({
        ...this.#next,
        kind: "operation",
        thread,
        call,
        operation: operation(name),
        positive: false,
        bytes: 0,
      });
  }

  replay(): void {
    const record: AgentHistory = { agentId: "1", entries: this.#entries, calls: this.#calls, isComplete: true };
    const stage = createReplayBatch({ thread: "io", threads: ["io"], mailbox: "sound", ringBytes: 4096 });
    try {
      stage.repeat(record);
    } finally {
      stage.close();
    }
  }
}

/** An agent that is accepted, with a handle on it in each of two threads. */
function accepted(): { record: Written; io: number; task: number } {
  const record = new Written();
  const io = record.opened("io", "none");
  const accept = record.call("io", io, "updateStatusSteps", "accepted", null);
  record.asked("io", accept, "accepted");
  record.answered("io", accept, "none");
  record.loaded("task-0", "accepted");
  return { record, io, task: record.opened("task-0", "accepted") };
}

test("a call reads what the row was, though code that began before it has run beyond that", () => {
  const { record, io, task } = accepted();
  // Its code runs as it begins, up to its request, which comes after all that the other thread does.
  const enter = record.call("task-0", task, "updateStatusSteps", "in task", null);
  const look = record.call("io", io, "getStatus", null, "accepted");
  record.read("io", look, "accepted");
  const leave = record.call("io", io, "updateStatusSteps", "returned", null);
  record.asked("io", leave, "returned");
  record.answered("io", leave, "accepted");
  record.asked("task-0", enter, "in task");
  record.released("io", leave);
  record.answered("task-0", enter, "returned");
  record.released("task-0", enter);
  record.replay();
});

test("a new handle has the status that was read for it, though the row has another by now", () => {
  const { record, io } = accepted();
  record.loaded("task-0", "accepted");
  const leave = record.call("io", io, "updateStatusSteps", "returned", null);
  record.asked("io", leave, "returned");
  record.answered("io", leave, "accepted");
  record.released("io", leave);
  const late = record.opened("task-0", "accepted");
  const look = record.call("task-0", late, "getStatus", null, "returned");
  record.read("task-0", look, "returned");
  record.operations("task-0", look, ["markReleased", "hasLiveUpdate.set"]);
  record.replay();
});

for (const first of [0, 1] as const) {
  test(`of two writes of one status the one comes first that replaced another, be it that of handle ${first}`, () => {
    const { record, io, task } = accepted();
    const calls = [
      record.call("io", io, "updateStatusSteps", "completed", null),
      record.call("task-0", task, "updateStatusSteps", "completed", null),
    ] as const;
    record.asked("io", calls[0], "completed");
    record.asked("task-0", calls[1], "completed");
    record.loaded("io", "completed");
    record.answered("io", calls[0], first === 0 ? "accepted" : "completed");
    record.answered("task-0", calls[1], first === 1 ? "accepted" : "completed");
    record.replay();
  });
}

test("a status that the row did not have is found", () => {
  const { record } = accepted();
  record.loaded("task-0", "waiting");
  assert.throws(() => record.replay(), /the row has status waiting, repeated task-0: the row has status accepted/);
  const other = accepted().record;
  other.loaded("task-0", "accepted");
  other.opened("task-0", "waiting");
  assert.throws(() => other.replay(), /a handle is made, status waiting, repeated its status is accepted/);
});
