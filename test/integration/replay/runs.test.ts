/** Runs of scenarios on real threads are the same when they are replayed from their histories. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { replay, runScenario } from "../../support/replay/support.js";

const runs = [
  ["disconnect-storm", "sound"],
  ["disconnect-storm", "reference"],
  ["return-wave", "sound"],
  ["timeout-cascade", "reference"],
  ["shutdown-drain", "sound"],
  ["reconnect-flap", "reference"],
  ["partner-disconnect", "sound"],
  ["test/data/replay/returns-at-once.yaml", "sound"],
  ["test/data/replay/drops-at-once.yaml", "reference"],
  ["test/data/replay/one-return.yaml", "sound"],
] as const;

for (const [scenario, mailbox] of runs) {
  test(`${scenario}, with the ${mailbox} mailbox`, async (t) => {
    const { directory, summary } = await runScenario(t, scenario, mailbox);
    assert.deepEqual(readdirSync(join(directory, "order")), ["coordinator.bin", "io.bin", "task-0.bin", "task-1.bin"]);
    const { divergence, agents, taken, errors, incomplete } = await replay(directory, 3);
    assert.equal(divergence, undefined);
    const ended = [...Object.values(summary.outcomes.agents), ...Object.values(summary.outcomes.onboardingAgents)];
    assert.equal(
      agents,
      ended.reduce((sum, count) => sum + count, 0),
    );
    assert.equal(taken, summary.counters["live_updates_taken"]);
    assert.equal(errors.get("AgentTimeoutError") ?? 0, summary.counters["timeouts"]);
    assert.deepEqual(incomplete, []);
  });
}
