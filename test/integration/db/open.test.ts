import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import Sqlite from "better-sqlite3";
import {
  auditAgents,
  connectDatabase,
  DatabaseError,
  DatabaseInUseError,
  DatabaseVersionError,
  ForeignDatabaseError,
  openDatabase,
  startWriter,
} from "../../../dist/platform/db/index.js";
import { newPath, newTaskRun } from "../../support/db/fixture.js";

test("a database is made only when asked for, and is there when opened again", (t) => {
  const path = newPath(t);
  assert.throws(
    () => openDatabase(path),
    (error) => error instanceof DatabaseError && /no such database/.test(error.message),
  );
  assert.ok(!existsSync(path));

  const made = openDatabase(path, { create: true });
  const { taskRunId } = newTaskRun(made, 2, 3);
  made.close();
  made.close();

  const again = openDatabase(path);
  assert.equal(again.getTaskRun(taskRunId)?.runDir, "/runs/1");
  assert.equal(again.unitsOfTaskRun(taskRunId).length, 6);
  again.close();
  assert.deepEqual(readdirSync(dirname(path)), ["run.db"]);
});

test("the connection has write-ahead logging, and the file says whose it is", (t) => {
  const path = newPath(t);
  const database = openDatabase(path, { create: true });
  const raw = new Sqlite(path);
  assert.equal(raw.pragma("journal_mode", { simple: true }), "wal");
  assert.equal(raw.pragma("user_version", { simple: true }), 1);
  assert.equal(raw.pragma("application_id", { simple: true }), 0x63727764);
  raw.close();
  database.close();
});

test("a database that was closed is one file, also after it was read", async (t) => {
  const path = newPath(t);
  const writer = await startWriter(path, { create: true });
  const database = connectDatabase(writer.connect());
  newTaskRun(database, 1, 1);
  database.close();
  await writer.close();
  assert.deepEqual(auditAgents(path), []);
  assert.deepEqual(readdirSync(dirname(path)), ["run.db"]);
});

test("a database that is closed while somebody reads it keeps all that was committed, for the reader and the next owner", (t) => {
  const path = newPath(t);
  const database = openDatabase(path, { create: true });
  const reader = new Sqlite(path, { readonly: true });
  const count = reader.prepare("SELECT count(*) FROM task_runs").pluck();
  const { taskRunId } = newTaskRun(database, 1, 1);
  reader.exec("BEGIN");
  assert.equal(count.get(), 1);
  database.close();
  assert.equal(count.get(), 1);
  reader.close();
  const again = openDatabase(path);
  assert.equal(again.getTaskRun(taskRunId)?.runDir, "/runs/1");
  again.close();
  assert.deepEqual(readdirSync(dirname(path)), ["run.db"]);
});

test("a file of a newer or older schema version is refused with both versions, and left as it was", (t) => {
  const path = newPath(t);
  openDatabase(path, { create: true }).close();
  for (const [version, maker] of [
    [2, "a newer"],
    [0, "an older"],
  ] as const) {
    const raw = new Sqlite(path);
    raw.pragma("journal_mode = DELETE");
    raw.pragma(`user_version = ${version}`);
    raw.close();
    const before = readFileSync(path);
    assert.throws(
      () => openDatabase(path, { create: true }),
      (error) =>
        error instanceof DatabaseVersionError &&
        error.message.includes(`schema version ${version}, written by ${maker}`),
    );
    assert.deepEqual(readFileSync(path), before);
  }
});

test("what is no database of this program is refused and left as it was", (t) => {
  const path = newPath(t);
  const theirs = join(dirname(path), "theirs.db");
  const raw = new Sqlite(theirs);
  raw.exec("CREATE TABLE theirs (x)");
  raw.close();
  const text = join(dirname(path), "notes.txt");
  writeFileSync(text, "not a database, though longer than the header of one: ".repeat(10));
  const empty = join(dirname(path), "empty.db");
  writeFileSync(empty, "");

  for (const file of [theirs, text, empty]) {
    const before = readFileSync(file);
    assert.throws(
      () => openDatabase(file, { create: true }),
      (error) => error instanceof ForeignDatabaseError && error.message.startsWith(file),
    );
    assert.deepEqual(readFileSync(file), before);
  }
  assert.deepEqual(readdirSync(dirname(path)).sort(), ["empty.db", "notes.txt", "theirs.db"]);
});

test("a directory that is not there, or a directory in place of the file, is one clear error", (t) => {
  const path = newPath(t);
  for (const wrong of [join(dirname(path), "missing", "run.db"), dirname(path)]) {
    assert.throws(
      () => openDatabase(wrong, { create: true }),
      (error) => error instanceof DatabaseError && error.message.startsWith(wrong) && !error.message.includes("\n"),
    );
  }
});

test("a database that is open has no second owner", async (t) => {
  const path = newPath(t);
  const owner = openDatabase(path, { create: true });
  assert.throws(() => openDatabase(path), DatabaseInUseError);
  await assert.rejects(startWriter(path), DatabaseInUseError);
  owner.close();

  const writer = await startWriter(path);
  assert.throws(() => openDatabase(path), DatabaseInUseError);
  await writer.close();
  openDatabase(path).close();
});

test("a refused writer gives the reason, also when its thread ends before its reply is read", async (t) => {
  const path = newPath(t);
  const owner = openDatabase(path, { create: true });
  const refused = await Promise.allSettled(Array.from({ length: 20 }, () => startWriter(path)));
  for (const outcome of refused)
    assert.ok(outcome.status === "rejected" && outcome.reason instanceof DatabaseInUseError, outcome.status);
  owner.close();
});

test("a writer refuses what cannot be opened as openDatabase does", async (t) => {
  const path = newPath(t);
  await assert.rejects(
    startWriter(path),
    (error) => error instanceof DatabaseError && /no such database/.test(error.message),
  );
  await assert.rejects(startWriter(":memory:", { create: true }), DatabaseError);
  writeFileSync(path, "x".repeat(200));
  await assert.rejects(startWriter(path), ForeignDatabaseError);
});
