/**
 * The gate on a change that is real: rounds of `node scripts/check-gate.js`, recorded on two cores with nothing else at
 * work, in which a build was measured beside a copy of itself and beside one in which every status update burns 10 %
 * more (test/data/bench/injected.json).
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compareDrawn, TRIALS, type RecordedPairs } from "../../support/bench/drawn.js";

const RECORDED = JSON.parse(
  readFileSync(new URL("../../../test/data/bench/injected.json", import.meta.url), "utf8"),
) as Record<"unchanged" | "slowed", Record<string, RecordedPairs>>;

for (const name of ["status/together", "status/p50"]) {
  test(`10 % more work in every status update is caught in ${name} at least 95 times in 100`, () => {
    let caught = 0;
    for (let n = 0; n < TRIALS; n++) {
      if (
        compareDrawn(RECORDED.slowed, `slowed-${n}`, { mixed: false }).find((comparison) => comparison.name === name)
          ?.verdict === "slower"
      )
        caught++;
    }
    assert.ok(caught >= 95, `caught ${caught} of ${TRIALS}`);
  });
}

test("the same build is called slower at most 5 times in 100, over all metrics together", () => {
  let alarms = 0;
  for (let n = 0; n < TRIALS; n++) {
    if (compareDrawn(RECORDED.unchanged, `same-${n}`, { mixed: true }).some(({ verdict }) => verdict === "slower"))
      alarms++;
  }
  assert.ok(alarms <= 5, `${alarms} false alarms in ${TRIALS}`);
});
