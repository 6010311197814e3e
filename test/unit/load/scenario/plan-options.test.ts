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
      [{ seed: "-1" }, 'invalid value "-1" for --seed: expected a whole number, 0 or more'],
      [
        { seed: "1-10" },
        /^invalid value "1-10" for --seed: expected one seed; `.*sweep` runs many, with --seeds 1-10$/,
      ],
      [{ seed: "1..10" }, /with --seeds 1\.\.10$/],
      [{ workers: "0" }, 'invalid value "0" for --workers: expected a whole number, 1 or more'],
      [{ workers: "many" }, 'invalid value "many" for --workers: expected a whole number, 1 or more'],
      [
        { duration: "-3s" },
        'invalid value "-3s" for --duration: expected a duration above 0 with a unit, such as "30s" or "2m"',
      ],
      [
        { duration: "30" },
        'invalid value "30" for --duration: expected a duration above 0 with a unit, such as "30s" or "2m"',
      ],
    ] as const;
    for (const [options, message] of wrong) {
      await assert.rejects(planFrom({ scenario: "steady", ...options }), { name: "UsageError", message });
    }
  });
});
