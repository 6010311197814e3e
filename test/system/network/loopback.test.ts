/**
 * Our client mode against our serve mode, over loopback: no second program is needed to see both ends of the protocol
 * work.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { RUN_FILES } from "../../../dist/results/index.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { runAgainst, scenarioText } from "../../support/network/target-run.js";
import { serve } from "../../support/server/served.js";

const ONBOARDING = ", onboarding: { passRate: 1, actions: 1, thinkTime: 250ms }";

/** Starts `simulate serve` with a scenario of the text. */
async function served(t: TestContext, text: string, ...args: string[]) {
  const file = join(temporaryDirectory(t), "served.yaml");
  writeFileSync(file, text);
  const server = await serve(t, "--scenario", file, "--people", "100", ...args);
  const [run = ""] = readdirSync(server.results);
  return { ...server, database: join(server.results, run, RUN_FILES.database) };
}

describe("client mode against serve mode", () => {
  for (const [client, blueprint] of [
    ["direct", "chat"],
    ["browser", "chat"],
    ["direct", "remote-procedure"],
  ] as const) {
    test(`whole lives, and every invariant checked at both ends (${client}, ${blueprint})`, async (t) => {
      const text = scenarioText({
        task: ONBOARDING,
        target: `{ client: ${client} }`,
        behaviours: "all: { weight: 1, actions: 3, thinkTime: 250ms }",
      }).replace("blueprint: chat", `blueprint: ${blueprint}`);
      const server = await served(t, text);
      const run = await runAgainst(t, server.origin, text, "--database", server.database);
      assert.ok(run.summary !== undefined, run.stderr);
      const { counters, invariants, outcomes, trends, verdict } = run.summary;
      assert.deepEqual(
        verdict.reasons.filter(({ code }) => code !== "load-late" && code !== "machine-busy"),
        [],
        run.stdout,
      );
      assert.deepEqual(outcomes, { agents: { completed: 6 }, onboardingAgents: { approved: 6 } });
      assert.equal(
        trends["live_update_round_trip"]?.count,
        24,
        "every update is answered, and the reply is recognised",
      );
      assert.equal(counters["replies_unmatched"], 0);
      assert.equal(invariants.length, 8);
      assert.ok(invariants.every(({ held }) => held));

      const { summary } = await server.stop();
      assert.deepEqual(summary.outcomes.agents, { completed: 6 });
      assert.deepEqual(
        summary.invariants.filter(({ held }) => !held),
        [],
      );
    });
  }

  test("a worker that drops and comes back, and one that is lost for good", async (t) => {
    const text = scenarioText({
      // Nobody misses a page that has not sent its first heartbeat, half a second after it opened its socket.
      behaviours: `
  flapping: { weight: 0.5, actions: 60, thinkTime: 150ms, disconnect: { window: [6s, 6500ms], reconnect: { probability: 1, after: 300ms } } }
  leaving: { weight: 0.5, actions: 60, thinkTime: 150ms, disconnect: { window: [6s, 6500ms] } }`,
      drain: "40s",
    });
    const server = await served(t, text);
    const run = await runAgainst(t, server.origin, text, "--database", server.database);
    assert.ok(run.summary !== undefined, run.stderr);
    const { outcomes, counters, invariants, trends } = run.summary;
    const { completed = 0, disconnect = 0 } = outcomes.agents;
    assert.equal(completed + disconnect, 6, run.stdout);
    assert.ok(completed > 0 && disconnect > 0, run.stdout);
    assert.equal(counters["reconnects"], completed);
    assert.deepEqual(
      invariants.filter(({ held }) => !held),
      [],
    );
    // By the age of the last heartbeat, where one was sent.
    assert.ok((trends["loss_detection"]?.count ?? 0) <= disconnect);
  });

  test("a token is asked of every request, and is in no file of the run", async (t) => {
    const text = scenarioText();
    const server = await served(t, text, "--token", "s3cret-t0ken");
    const without = await runAgainst(t, server.origin, text);
    assert.equal(without.code, 1);
    assert.match(without.stderr, /GET \/is_alive: expected 200 with JSON, got 40[13]/);
    process.env["SIMULATE_TARGET_TOKEN"] = "s3cret-t0ken";
    t.after(() => delete process.env["SIMULATE_TARGET_TOKEN"]);
    const run = await runAgainst(t, server.origin, text);
    assert.equal(run.summary?.counters["submits_acknowledged"], 6, run.stderr);
    for (const file of readdirSync(run.directory))
      assert.ok(!readFileSync(join(run.directory, file)).includes("s3cret-t0ken"), file);
  });
});
