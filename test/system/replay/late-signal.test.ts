/** A race between two threads, once recorded, comes out the same whenever it is replayed; a record that was changed does not. */
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

test("a stale signal under load: the wait that ended before its time ends so a thousand times", async (t) => {
  const { directory, error } = await recordLateSignal(t, "reference", 60_000);
  assert.ok(error instanceof AgentTimeoutError);
  const { divergence, errors, early, taken, incomplete } = await replay(directory, 1000);
  assert.deepEqual([divergence, errors, taken, incomplete], [undefined, new Map([["AgentTimeoutError", 1]]), 1, []]);
  assert.deepEqual(
    early.map(({ agentId, timeoutMs, waitedMs }) => [agentId, timeoutMs, waitedMs < timeoutMs]),
    [["1", 60_000, true]],
  );

  const command = await simulate("replay", directory, "--times", "1000", "--agent", "1");
  assert.equal(command.code, 98);
  assert.match(
    command.stdout,
    /appending +mailbox\.append update-1 +→ done[^]*taking +getLiveUpdate 60000 +✗ AgentTimeoutError/,
  );
  assert.match(command.stdout, /^the same: 1 agent, \d+ operations, 1,000 times$/m);
  assert.match(command.stdout, /^✗ no AgentTimeoutError before its timeout has passed: agent 1, /m);
});

test("the same with the sound mailbox: the wait lasts its time, and that is replayed", async (t) => {
  const { directory, error } = await recordLateSignal(t, "sound", 100);
  assert.ok(error instanceof AgentTimeoutError);
  const { divergence, errors, early } = await replay(directory, 10);
  assert.deepEqual([divergence, errors, early], [undefined, new Map([["AgentTimeoutError", 1]]), []]);
});

/** The record of the one agent, and what comes of it when it is changed. */
function recordOf(directory: string): {
  record: AgentHistory;
  header: HistoryHeader;
  repeat: (changed: AgentHistory) => unknown;
} {
  const files = readHistory(directory, { allFiles: true, hasEnd: () => true });
  const [record] = [...agentHistories(files)];
  const header = files[0]?.header;
  assert.ok(record !== undefined && header !== undefined);
  const repeat = (changed: AgentHistory): unknown => {
    const stage = createReplayBatch(header);
    try {
      stage.repeat(changed);
      return undefined;
    } catch (error) {
      return error;
    } finally {
      stage.close();
    }
  };
  return { record, header, repeat };
}

for (const mailbox of ["reference", "sound"] as const) {
  test(`every outcome in a record is compared (${mailbox})`, async (t) => {
    const { directory } = await recordLateSignal(t, mailbox, 100);
    const { record, repeat } = recordOf(directory);
    assert.equal(repeat(record), undefined);
    const withEntry = (place: number, entry: PlacedEntry): unknown =>
      repeat({ ...record, entries: record.entries.with(place, entry) });
    let changes = 0;
    const isFound = (error: unknown, entry: PlacedEntry): void => {
      assert.ok(error instanceof HistoryDivergence, `${JSON.stringify(entry)} was changed, and nothing noticed`);
      changes++;
    };
    for (const [place, entry] of record.entries.entries()) {
      if (entry.kind === "operation") isFound(withEntry(place, { ...entry, positive: !entry.positive }), entry);
      if (entry.kind === "opened" || entry.kind === "read")
        isFound(withEntry(place, { ...entry, status: "rejected" }), entry);
      if (entry.kind === "asked" && entry.status !== undefined)
        isFound(withEntry(place, { ...entry, status: "rejected" }), entry);
      if (entry.kind === "answered" && entry.replaced !== undefined)
        isFound(withEntry(place, { ...entry, replaced: "rejected" }), entry);
      if (entry.kind !== "started") continue;
      const end = record.calls.get(entry.number)?.end;
      assert.ok(end !== undefined);
      isFound(
        repeat({
          ...record,
          calls: new Map(record.calls).set(entry.number, { start: entry, end: { ...end, value: "other" } }),
        }),
        entry,
      );
    }
    assert.ok(changes > 20, `only ${changes} changes were tried`);
  });

  test(`an order that another order cannot be taken for is not (${mailbox})`, async (t) => {
    const { directory } = await recordLateSignal(t, mailbox, 100);
    const { record, repeat } = recordOf(directory);
    const nameAt = (place: number): string => {
      const entry = record.entries[place];
      return entry?.kind === "operation" ? entry.operation.name : "";
    };
    // The append and the taking of what was appended, the other way round.
    const push = record.entries.findIndex((_, place) => nameAt(place) === "push");
    const shift = record.entries.findIndex((_, place) => nameAt(place) === "shift");
    const moved = [
      ...record.entries.slice(0, push),
      ...record.entries.slice(push + 1, shift + 1),
      ...record.entries.slice(push, push + 1),
      ...record.entries.slice(shift + 1),
    ];
    assert.ok(push >= 0 && shift > push);
    assert.ok(repeat({ ...record, entries: moved }) instanceof HistoryDivergence);
  });
}

for (const mailbox of ["reference", "sound"] as const) {
  test(`where a record is cut off, each of its calls ends as in the whole, or has no end (${mailbox})`, async (t) => {
    const { directory } = await recordLateSignal(t, mailbox, 100);
    const { record, header } = recordOf(directory);
    for (let length = 1; length < record.entries.length; length++) {
      const rest = record.entries.slice(length);
      const goesOn = new Set(rest.map((entry) => ("call" in entry ? entry.call : undefined)));
      const calls = new Map(
        [...record.calls].map(([number, { start, end }]) => [
          number,
          { start, end: goesOn.has(number) ? undefined : end },
        ]),
      );
      const stage = createReplayBatch(header);
      const { calls: played } = stage.repeat({
        ...record,
        entries: record.entries.slice(0, length),
        calls,
        isComplete: false,
      });
      stage.close();
      for (const [number, { end }] of played) {
        const whole = record.calls.get(number)?.end;
        if (end !== undefined) assert.deepEqual(end, { threw: whole?.threw, value: whole?.value }, `cut at ${length}`);
      }
    }
  });
}

test("a wait that ended before its time in a changed record is found", async (t) => {
  const { directory } = await recordLateSignal(t, "sound", 100);
  const { record, repeat } = recordOf(directory);
  const wake = record.entries.findIndex(
    (entry) => entry.kind === "operation" && entry.operation.endsWait && !entry.positive,
  );
  const before = record.entries[wake - 1];
  const ended = record.entries[wake];
  assert.ok(before !== undefined && ended !== undefined);
  const error = repeat({ ...record, entries: record.entries.with(wake, { ...ended, at: before.at + 50 }) });
  assert.match(String(error), /its time has not run out: there are \d+\.\d+ ms left/);
});

test("a message of another name, and a status that the run's database does not have, are found", async (t) => {
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
    /agent 1 differs at operation \d+: recorded taking: getLiveUpdate 60000 → update-1, repeated → update-2/,
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
    /recorded the statuses accepted, returned, repeated accepted, timeout/,
  );
});

test("a record that was cut off is repeated as far as it goes, one that is none or damaged is refused in a line", async (t) => {
  const { directory } = await recordLateSignal(t, "reference", 60_000);
  const path = join(directory, "order", "appending.bin");
  const bytes = readFileSync(path);
  truncateSync(path, bytes.length - 20);
  const { divergence, incomplete, taken } = await replay(directory);
  assert.deepEqual([divergence, incomplete, taken], [undefined, ["1"], 0]);

  writeFileSync(path, "something else");
  await assert.rejects(
    replay(directory),
    (error) => error instanceof HistoryError && /appending\.bin: it is not a record of order$/.test(error.message),
  );
  writeFileSync(path, bytes.with(8, 9));
  await assert.rejects(replay(directory), /a record of order of version 9; this program reads version 4/);
  writeFileSync(path, bytes);
  const unknown = await simulate("replay", directory, "--agent", "2");
  assert.deepEqual(
    [unknown.code, unknown.stderr],
    [2, `simulate: ${directory}: the record of the run has no agent 2\n`],
  );
  const command = await simulate("replay", join(directory, "order"));
  assert.deepEqual([command.code, /has no record of the order/.test(command.stderr)], [1, true]);
});
