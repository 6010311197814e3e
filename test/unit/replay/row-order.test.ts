/** Histories of reads and writes of an agent's row by two threads: their order is replayed. */
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

/** Builds the history of one agent, entry by entry. The number of an entry is its index. */
class HistoryBuilder {
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

  /** The operations of a status write that release the waiting task. */
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
    const history: AgentHistory = { agentId: "1", entries: this.#entries, calls: this.#calls, isComplete: true };
    const batch = createReplayBatch({ thread: "io", threads: ["io"], mailbox: "sound", ringBytes: 4096 });
    try {
      batch.replay(history);
    } finally {
      batch.close();
    }
  }
}

/** The history of an accepted agent, with a handle in each of two threads. */
function accepted(): { history: HistoryBuilder; io: number; task: number } {
  const history = new HistoryBuilder();
  const io = history.opened("io", "none");
  const accept = history.call("io", io, "updateStatusSteps", "accepted", null);
  history.asked("io", accept, "accepted");
  history.answered("io", accept, "none");
  history.loaded("task-0", "accepted");
  return { history, io, task: history.opened("task-0", "accepted") };
}

test("a call reads the row as it was then, although code that began earlier has run further", () => {
  const { history, io, task } = accepted();
  // Its code runs at once up to its request, which comes after all effects of the other thread.
  const enter = history.call("task-0", task, "updateStatusSteps", "in task", null);
  const look = history.call("io", io, "getStatus", null, "accepted");
  history.read("io", look, "accepted");
  const leave = history.call("io", io, "updateStatusSteps", "returned", null);
  history.asked("io", leave, "returned");
  history.answered("io", leave, "accepted");
  history.asked("task-0", enter, "in task");
  history.released("io", leave);
  history.answered("task-0", enter, "returned");
  history.released("task-0", enter);
  history.replay();
});

test("a new handle has the status that was read for it, although the row has another by now", () => {
  const { history, io } = accepted();
  history.loaded("task-0", "accepted");
  const leave = history.call("io", io, "updateStatusSteps", "returned", null);
  history.asked("io", leave, "returned");
  history.answered("io", leave, "accepted");
  history.released("io", leave);
  const late = history.opened("task-0", "accepted");
  const look = history.call("task-0", late, "getStatus", null, "returned");
  history.read("task-0", look, "returned");
  history.operations("task-0", look, ["markReleased", "hasLiveUpdate.set"]);
  history.replay();
});

for (const first of [0, 1] as const) {
  test(`of two writes of one status, the one that replaced another status comes first: that of handle ${first}`, () => {
    const { history, io, task } = accepted();
    const calls = [
      history.call("io", io, "updateStatusSteps", "completed", null),
      history.call("task-0", task, "updateStatusSteps", "completed", null),
    ] as const;
    history.asked("io", calls[0], "completed");
    history.asked("task-0", calls[1], "completed");
    history.loaded("io", "completed");
    history.answered("io", calls[0], first === 0 ? "accepted" : "completed");
    history.answered("task-0", calls[1], first === 1 ? "accepted" : "completed");
    history.replay();
  });
}

test("a status that the row did not have is found", () => {
  const { history } = accepted();
  history.loaded("task-0", "waiting");
  assert.throws(() => history.replay(), /the row's status is waiting, replayed task-0: the row's status is accepted/);
  const other = accepted().history;
  other.loaded("task-0", "accepted");
  other.opened("task-0", "waiting");
  assert.throws(() => other.replay(), /a new handle, status waiting, replayed its status is accepted/);
});
