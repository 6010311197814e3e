/** The floor of a whole run writes what the run wrote. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import Sqlite from "better-sqlite3";
import { costOfBareRun, readRecordedRun, replayBare } from "../../../dist/bench/bare-run.js";
import { runScenario } from "../../../dist/index.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";

/** The rows of each table. The numbers of entries and the time of an agent's last change are not those of the run. */
const ROWS = {
  assignments: "*",
  workers: "*",
  units: "*",
  agents: "agent_id, status, worker_id, unit_id, assignment_id, created_at",
  onboarding_agents: "onboarding_agent_id, status, worker_id, created_at",
  agent_state: "agent_type, agent_id, kind, data, at",
  status_changes: "agent_type, agent_id, old_status, new_status, at",
  granted_qualifications: "*",
};

function rowsOf(path: string): Record<string, unknown[]> {
  const database = new Sqlite(path, { readonly: true });
  try {
    return Object.fromEntries(
      Object.entries(ROWS).map(([table, columns]) => [
        table,
        database
          .prepare(`SELECT ${columns} FROM ${table}`)
          .raw()
          .all()
          .map((row) => JSON.stringify(row))
          .sort(),
      ]),
    );
  } finally {
    database.close();
  }
}

/** A run in which workers drop, come back, return and fail the onboarding. */
async function databaseOfRun(t: TestContext): Promise<string> {
  const options = { engine: "virtual", workers: 60, results: temporaryDirectory(t) } as const;
  return join((await runScenario("disconnect-storm", options)).directory, "run.db");
}

test("every row of the run is written again, and every stored message is encoded", async (t) => {
  const path = await databaseOfRun(t);
  const recorded = readRecordedRun(path);
  const again = join(temporaryDirectory(t), "again.db");
  assert.ok(replayBare(recorded, again) > 0);
  const [expected, actual] = [rowsOf(path), rowsOf(again)];
  assert.ok(Object.values(expected).every((rows) => rows.length > 0));
  assert.deepEqual(actual, expected);
  const messages = recorded.operations.filter(({ message }) => message !== undefined).length;
  const rows = (table: string): number => expected[table]?.length ?? NaN;
  const registrations = rows("agents") + rows("onboarding_agents");
  assert.equal(messages, rows("agent_state") + rows("status_changes") + 2 * registrations);
});

test("the cost of the floor is measured without a trace on the disk of the run", async (t) => {
  assert.ok((await costOfBareRun(await databaseOfRun(t))) > 0);
});
