/** The replay of a recorded race between two threads is always the same. A changed history is found. */
import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { agentHistories, type AgentHistory } from "../../../dist/replay/history/agent-histories.js";
import {
  HistoryDivergence,
  HistoryError,
  readHistory,
  type HistoryHeader,
} from "../../../dist/replay/history/index.js";
import { createReplayBatch } from "../../../dist/replay/history/replay-history.js";
import type { PlacedEntry } from "../../../dist/replay/history/history-reader.js";
import { AgentTimeoutError } from "../../../dist/platform/model/index.js";
import { simulate } from "../../support/cli/simulate.js";
import { chunksOf, withChunks } from "../../support/replay/record-file.js";
import { recordLateSignal, replay } from "../../support/replay/support.js";

test("a stale signal: the wait that ended before its timeout ends so in a thousand replays", async (t) => {
  const { directory, error } = await recordLateSignal(t, "reference", 60_000);
  assert.ok(error instanceof AgentTimeoutError);
  const { divergence, errors, early, taken, incomplete } = await replay(directory, 1000);
  assert.deepEqual([divergence, errors, taken, incomplete], [undefined, new Map([["AgentTimeoutError", 1]]), 1, []]);
  assert.deepEqual(
    early.map(({ agentId, argument, tookMs }) => [agentId, argument, tookMs < Number(argument)]),
    [["1", 60_000, true]],
  );

  const command = await simulate("replay", directory, "--times", "1000", "--agent", "1");
  assert.equal(command.code, 98);
  assert.match(
    command.stdout,
    /^ {2}.*appending +mailbox\.append update-1 +→ done[^]*^✗ .*taking +getLiveUpdate 60000 +✗ AgentTimeoutError .*\n {4}▲ no-early-timeout broke here: timed out too early: /m,
  );
  assert.match(command.stdout, /^the same: 1 agent, \d+ operations, 1,000 times$/m);
  assert.match(command.stdout, /^✗ no-early-timeout: timed out too early: agent 1: after /m);
  const whole = await simulate("replay", directory);
  assert.equal(whole.code, 98);
  const [, again = ""] = /^ {2}to see where: .*(replay \S+ --agent 1)$/m.exec(whole.stdout) ?? [];
  assert.equal((await simulate(...again.split(" "))).code, 98);
});

test("with the sound mailbox the wait lasts its whole timeout, and so does the replay", async (t) => {
  const { directory, error } = await recordLateSignal(t, "sound", 100);
  assert.ok(error instanceof AgentTimeoutError);
  const { divergence, errors, early } = await replay(directory, 10);
  assert.deepEqual([divergence, errors, early], [undefined, new Map([["AgentTimeoutError", 1]]), []]);
});

/** The history of the only agent, and the error of the replay of a changed one. */
function historyOf(directory: string): {
  history: AgentHistory;
  header: HistoryHeader;
  replayed: (changed: AgentHistory) => unknown;
} {
  const files = readHistory(directory, { allFiles: true, hasEnd: () => true });
  const [history] = [...agentHistories(files)];
  const header = files[0]?.header;
  assert.ok(history !== undefined && header !== undefined);
  const replayed = (changed: AgentHistory): unknown => {
    const batch = createReplayBatch(header);
    try {
      batch.replay(changed);
      return undefined;
    } catch (error) {
      return error;
    } finally {
      batch.close();
    }
  };
  return { history, header, replayed };
}

for (const mailbox of ["reference", "sound"] as const) {
  test(`every outcome in a history is compared (${mailbox})`, async (t) => {
    const { directory } = await recordLateSignal(t, mailbox, 100);
    const { history, replayed } = historyOf(directory);
    assert.equal(replayed(history), undefined);
    const withEntry = (place: number, entry: PlacedEntry): unknown =>
      replayed({ ...history, entries: history.entries.with(place, entry) });
    let changes = 0;
    const isFound = (error: unknown, entry: PlacedEntry): void => {
      assert.ok(error instanceof HistoryDivergence, `${JSON.stringify(entry)} was changed, and the replay is the same`);
      changes++;
    };
    for (const [place, entry] of history.entries.entries()) {
      if (entry.kind === "operation") isFound(withEntry(place, { ...entry, positive: !entry.positive }), entry);
      if (entry.kind === "opened" || entry.kind === "read")
        isFound(withEntry(place, { ...entry, status: "rejected" }), entry);
      if (entry.kind === "asked" && entry.status !== undefined)
        isFound(withEntry(place, { ...entry, status: "rejected" }), entry);
      if (entry.kind === "answered" && entry.replaced !== undefined)
        isFound(withEntry(place, { ...entry, replaced: "rejected" }), entry);
      if (entry.kind !== "started") continue;
      const end = history.calls.get(entry.number)?.end;
      assert.ok(end !== undefined);
      isFound(
        replayed({
          ...history,
          calls: new Map(history.calls).set(entry.number, { start: entry, end: { ...end, value: "other" } }),
        }),
        entry,
      );
    }
    assert.ok(changes > 20, `only ${changes} changes were tried`);
  });

  test(`another order of the operations is found (${mailbox})`, async (t) => {
    const { directory } = await recordLateSignal(t, mailbox, 100);
    const { history, replayed } = historyOf(directory);
    const nameAt = (place: number): string => {
      const entry = history.entries[place];
      return entry?.kind === "operation" ? entry.operation.name : "";
    };
    // The take of a message before its append.
    const push = history.entries.findIndex((_, place) => nameAt(place) === "push");
    const shift = history.entries.findIndex((_, place) => nameAt(place) === "shift");
    const moved = [
      ...history.entries.slice(0, push),
      ...history.entries.slice(push + 1, shift + 1),
      ...history.entries.slice(push, push + 1),
      ...history.entries.slice(shift + 1),
    ];
    assert.ok(push >= 0 && shift > push);
    assert.ok(replayed({ ...history, entries: moved }) instanceof HistoryDivergence);
  });
}

for (const mailbox of ["reference", "sound"] as const) {
  test(`in an incomplete history each call ends as in the complete one, or has no end (${mailbox})`, async (t) => {
    const { directory } = await recordLateSignal(t, mailbox, 100);
    const { history, header } = historyOf(directory);
    for (let length = 1; length < history.entries.length; length++) {
      const rest = history.entries.slice(length);
      const continued = new Set(rest.map((entry) => ("call" in entry ? entry.call : undefined)));
      const calls = new Map(
        [...history.calls].map(([number, { start, end }]) => [
          number,
          { start, end: continued.has(number) ? undefined : end },
        ]),
      );
      const batch = createReplayBatch(header);
      const { calls: played } = batch.replay({
        ...history,
        entries: history.entries.slice(0, length),
        calls,
        isComplete: false,
      });
      batch.close();
      for (const [number, { end }] of played) {
        const whole = history.calls.get(number)?.end;
        if (end !== undefined)
          assert.deepEqual(end, { threw: whole?.threw, value: whole?.value }, `with ${length} entries`);
      }
    }
  });
}

test("a wait that ends before its timeout in a changed history is found", async (t) => {
  const { directory } = await recordLateSignal(t, "sound", 100);
  const { history, replayed } = historyOf(directory);
  const wake = history.entries.findIndex(
    (entry) => entry.kind === "operation" && entry.operation.endsWait && !entry.positive,
  );
  const before = history.entries[wake - 1];
  const ended = history.entries[wake];
  assert.ok(before !== undefined && ended !== undefined);
  const error = replayed({ ...history, entries: history.entries.with(wake, { ...ended, at: before.at + 50 }) });
  assert.match(String(error), /its timeout has not passed: there are \d+\.\d+ ms left/);
});

test("a message of another name, and a status that is missing in the run's database, are found", async (t) => {
  const { directory } = await recordLateSignal(t, "reference", 60_000);
  const path = join(directory, "order", "appending.bin");
  const bytes = readFileSync(path);
  const renamed = chunksOf(path).map((entries) =>
    Buffer.from(entries.toString("latin1").replace("update-1", "update-2"), "latin1"),
  );
  writeFileSync(path, withChunks(path, renamed));
  const { divergence } = await replay(directory);
  assert.match(
    divergence?.message ?? "",
    /agent 1 differs at operation \d+: recorded taking: getLiveUpdate 60000 → update-1, replayed → update-2/,
  );
  const command = await simulate("replay", directory);
  assert.equal(command.code, 1);
  assert.match(command.stdout, /^agent 1 differs at operation \d+ on its slot:\n {2}- .*update-1\n {2}\+ .*update-2\n/);

  writeFileSync(path, bytes);
  const { default: Database } = await import("better-sqlite3");
  const database = new Database(join(directory, "run.db"));
  database.exec("UPDATE status_changes SET new_status = 'returned' WHERE new_status = 'timeout'");
  database.close();
  assert.match(
    (await replay(directory)).divergence?.message ?? "",
    /recorded the statuses accepted, returned, replayed accepted, timeout/,
  );
});

test("an incomplete history is replayed up to its end; a damaged one is refused in one line", async (t) => {
  const { directory } = await recordLateSignal(t, "reference", 60_000);
  const path = join(directory, "order", "appending.bin");
  const bytes = readFileSync(path);
  truncateSync(path, bytes.length - 20);
  const { divergence, incomplete, taken } = await replay(directory);
  assert.deepEqual([divergence, incomplete, taken], [undefined, ["1"], 0]);

  writeFileSync(path, "something else");
  await assert.rejects(
    replay(directory),
    (error) => error instanceof HistoryError && /appending\.bin: it is not a history file$/.test(error.message),
  );
  writeFileSync(path, bytes.with(8, 9));
  await assert.rejects(replay(directory), /a history file of version 9: expected version 4/);
  writeFileSync(path, bytes);
  const unknown = await simulate("replay", directory, "--agent", "2");
  assert.deepEqual(
    [unknown.code, unknown.stderr],
    [2, `simulate: ${directory}: the history of the run has no agent 2\n`],
  );
  const command = await simulate("replay", join(directory, "order"));
  assert.deepEqual([command.code, /the run has no recorded history/.test(command.stderr)], [1, true]);
});
