/** Runs of random scenarios on real threads are the same when they are replayed. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { replay, runScenario, temporaryDirectory } from "../../support/replay/support.js";
import { oddRun } from "../../support/replay/odd-scenarios.js";

const EXHAUSTIVE = process.env["EXHAUSTIVE"] !== undefined;

test("the replay of a run of a random scenario is the same", async (t) => {
  const root = temporaryDirectory(t);
  let runs = 0;
  const property = fc.asyncProperty(oddRun, async ({ scenario, mailbox, seed, workers }) => {
    const place = join(root, String(runs++));
    mkdirSync(place);
    const file = join(place, "odd.yaml");
    writeFileSync(file, JSON.stringify(scenario));
    const { directory, summary } = await runScenario(t, file, mailbox, { seed, workers });
    const { divergence, agents, taken, incomplete } = await replay(directory);
    assert.equal(divergence, undefined);
    assert.deepEqual(incomplete, []);
    const ended = [...Object.values(summary.outcomes.agents), ...Object.values(summary.outcomes.onboardingAgents)];
    assert.equal(
      agents,
      ended.reduce((sum, count) => sum + count, 0),
    );
    assert.equal(taken, summary.counters["live_updates_taken"] ?? 0);
    rmSync(place, { recursive: true });
  });
  // Each run is different, so fast-check cannot search for a smaller one that fails.
  await fc.assert(property, { endOnFailure: true, ...(EXHAUSTIVE ? { numRuns: 300 } : { numRuns: 10, seed: 1 }) });
});
