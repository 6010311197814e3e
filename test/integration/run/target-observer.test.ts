/**
 * The target's database is read while the run goes on: when agents became final is known, though the run went on for
 * long after.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import Sqlite from "better-sqlite3";
import { TargetDatabase } from "../../../dist/load/network/index.js";
import { TargetObserver } from "../../../dist/load/run/network/target-observer.js";
import { systemClock } from "../../../dist/platform/sync/index.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";

test("an agent that became final during the run has the time, between two looks; others have none", async (t) => {
  const file = join(temporaryDirectory(t), "database.db");
  const db = new Sqlite(file);
  t.after(() => db.close());
  db.exec(`
    CREATE TABLE workers (worker_id INTEGER PRIMARY KEY, worker_name TEXT);
    CREATE TABLE agents (agent_id INTEGER PRIMARY KEY, worker_id INTEGER, unit_id INTEGER, status TEXT);
    CREATE TABLE onboarding_agents (onboarding_agent_id INTEGER PRIMARY KEY, worker_id INTEGER, status TEXT);
    INSERT INTO workers VALUES (1, 'run-worker-0'), (2, 'run-worker-1_sandbox'), (3, 'other-worker-0');
    INSERT INTO agents VALUES (9223372036854775807, 1, 11, 'in task'), (2, 2, 12, 'in task'), (3, 3, 13, 'completed');
    INSERT INTO onboarding_agents VALUES (4, 1, 'approved');
  `);
  const observer = new TargetObserver(new TargetDatabase(file), undefined);
  t.after(() => observer.close());
  const startedAt = systemClock.now();
  observer.start("run-");
  db.exec("UPDATE agents SET status = 'disconnect' WHERE agent_id = 9223372036854775807");
  // A look comes after a second; timers fire in the order of their times, however late.
  await sleep(2500);
  const endedAt = systemClock.now();
  const { rows = [], problem } = await observer.observe("run-", endedAt, () => true);
  assert.equal(problem, undefined);
  assert.deepEqual(
    rows.map(({ agentId, status, workerName }) => [agentId, status, workerName]),
    [
      ["2", "in task", "run-worker-1"],
      ["9223372036854775807", "disconnect", "run-worker-0"],
      ["onboarding_4", "approved", "run-worker-0"],
    ],
  );
  const [live, lost] = rows;
  assert.ok(lost?.finalSeenAtMs !== undefined && lost.notFinalAtMs !== undefined);
  assert.ok(startedAt <= lost.notFinalAtMs && lost.notFinalAtMs < lost.finalSeenAtMs && lost.finalSeenAtMs < endedAt);
  assert.deepEqual([live?.finalSeenAtMs, live?.notFinalAtMs], [undefined, undefined]);
});

test("a database that a writer holds is not waited for while the run goes on", (t) => {
  const file = join(temporaryDirectory(t), "database.db");
  const db = new Sqlite(file);
  t.after(() => db.close());
  db.exec(`
    CREATE TABLE workers (worker_id INTEGER PRIMARY KEY, worker_name TEXT);
    CREATE TABLE agents (agent_id INTEGER PRIMARY KEY, worker_id INTEGER, unit_id INTEGER, status TEXT);
    CREATE TABLE onboarding_agents (onboarding_agent_id INTEGER PRIMARY KEY, worker_id INTEGER, status TEXT);
  `);
  const target = new TargetDatabase(file);
  t.after(() => target.close());
  db.exec("BEGIN EXCLUSIVE");
  assert.equal(target.statuses("run-"), undefined);
  db.exec("COMMIT");
  assert.deepEqual(target.statuses("run-"), []);
});
