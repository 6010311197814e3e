/** The options of the command line that decide a plan. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planFrom } from "../../../../dist/cli/shared/plan-options.js";
import { planHash, buildPlan } from "../../../../dist/load/scenario/index.js";

describe("planFrom", () => {
  it("gives plain options that build the same plan again", async () => {
    const { scenario, options, plan } = await planFrom({
      scenario: "steady",
      seed: "42",
      workers: "20",
      duration: "1m",
    });
    assert.deepEqual(options, { seed: 42, workers: 20, durationMs: 60_000 });
    assert.equal(planHash(plan), planHash(buildPlan(structuredClone(scenario), structuredClone(options))));
  });

  it("says in one line which option is wrong", async () => {
    const wrong = [
      [{ seed: "-1" }, '--seed must be a whole number, 0 or more, not "-1"'],
      [{ workers: "0" }, '--workers must be a whole number, 1 or more, not "0"'],
      [{ workers: "many" }, '--workers must be a whole number, 1 or more, not "many"'],
      [{ duration: "-3s" }, '--duration must be a duration above 0 with a unit, such as "30s" or "2m", not "-3s"'],
      [{ duration: "30" }, '--duration must be a duration above 0 with a unit, such as "30s" or "2m", not "30"'],
    ] as const;
    for (const [options, message] of wrong) {
      await assert.rejects(planFrom({ scenario: "steady", ...options }), { name: "UsageError", message });
    }
  });
});
