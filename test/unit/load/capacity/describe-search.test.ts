import assert from "node:assert/strict";
import { test } from "node:test";
import { describeSearch } from "../../../../dist/load/capacity/index.js";
import { identityOf, type CapacityTrial } from "../../../../dist/results/index.js";
import { exampleCapacity } from "../../../support/report/example-capacity.js";

const [example] = exampleCapacity().trials;

function describe(
  outcomes: readonly (readonly [workers: number, outcome: CapacityTrial["outcome"]])[],
  end: "found" | "none",
) {
  assert.ok(example);
  const trials = outcomes.map(([workers, outcome]) => ({
    ...{ ...example, workers, rate: workers / 6, outcome, run: null },
    reasons: outcome === "passed" ? [] : [`it is ${outcome}`],
  }));
  return describeSearch(identityOf(exampleCapacity()), { trials, end }, "no directory");
}

test("a rate that fails because other programs kept the machine busy makes the result inconclusive", () => {
  const passes = [
    [100, "passed"],
    [100, "passed"],
  ] as const;
  const taken = [...passes, [110, "inconclusive"], [110, "inconclusive"], [110, "inconclusive"]] as const;
  const { exitCode, capacity, fails } = describe(taken, "found");
  assert.deepEqual([exitCode, capacity?.workers, fails?.workers], [97, 100, 110]);
  assert.equal(describe([...passes, [110, "inconclusive"], [110, "failed"], [110, "failed"]], "found").exitCode, 0);
  assert.equal(
    describe(
      [
        [1, "inconclusive"],
        [1, "inconclusive"],
        [1, "inconclusive"],
      ],
      "none",
    ).exitCode,
    97,
  );
  assert.equal(
    describe(
      [
        [1, "failed"],
        [1, "failed"],
      ],
      "none",
    ).exitCode,
    99,
  );
});

test("the limit is that of the first trial that failed, not of one that was inconclusive before it", () => {
  const passes = [
    [100, "passed"],
    [100, "passed"],
  ] as const;
  const failed = [...passes, [110, "inconclusive"], [110, "failed"], [110, "failed"]] as const;
  assert.equal(describe(failed, "found").limit?.what, "it is failed");
  const taken = [...passes, [110, "inconclusive"], [110, "inconclusive"], [110, "inconclusive"]] as const;
  assert.equal(describe(taken, "found").limit?.what, "it is inconclusive");
});
