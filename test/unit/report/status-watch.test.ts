/** The statuses of a running run, read through a separate connection to its database. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { watchStatuses } from "../../../dist/cli/shared/status-watch.js";
import {
  openDatabase,
  type Database,
  type WriteArgs,
  type WriteName,
  type WriteResult,
} from "../../../dist/platform/db/index.js";
import { block, wait } from "../../../dist/platform/sync/index.js";

function write<K extends WriteName>(db: Database, name: K, ...args: WriteArgs<K>): WriteResult<K> {
  return block(
    (function* () {
      return yield* wait(db.write(name, ...args));
    })(),
  );
}

test("each refresh reads the changes that were committed since the last one", (context) => {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-watch-"));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, "run.db");
  const watch = watchStatuses(path, true);

  watch.refresh(0);
  assert.deepEqual(watch.now(), { agents: {}, onboardingAgents: {} });

  const db = openDatabase(path, { create: true });
  context.after(() => db.close());
  const { taskId } = write(db, "newTask", { taskName: "t", taskType: "chat" });
  const { taskRunId } = write(db, "newTaskRun", { taskId, providerType: "simulated", runDir: directory });
  const { workerId } = write(db, "findOrCreateWorker", { workerName: "w", providerType: "simulated" });
  const { onboardingAgentId } = write(db, "newOnboardingAgent", { workerId, taskRunId, at: 5 });
  watch.refresh(6);
  assert.deepEqual(watch.now(), { agents: {}, onboardingAgents: { none: 1 } });

  write(db, "updateOnboardingAgent", onboardingAgentId, { status: "onboarding", at: 7 });
  write(db, "updateOnboardingAgent", onboardingAgentId, { status: "approved", at: 9 });
  watch.refresh(10);
  watch.refresh(11);
  assert.deepEqual(watch.now(), { agents: {}, onboardingAgents: { approved: 1 } });
  assert.deepEqual(watch.events, [
    { agentType: "onboarding", from: null, to: "none", atMs: 5 },
    { agentType: "onboarding", from: "none", to: "onboarding", atMs: 7 },
    { agentType: "onboarding", from: "onboarding", to: "approved", atMs: 9 },
  ]);
});
