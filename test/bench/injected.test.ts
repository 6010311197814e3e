/**
 * The gate on a change that is real: rounds of `node scripts/check-gate.js`, recorded on two cores with nothing else at work, in which
 * a build was measured beside a copy of itself and beside one in which every status update burns 10 % more
 * (test/data/bench/injected.json). A comparison draws as many pairs as `--against` measures. All of it is seeded.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import seedrandom from "seedrandom";
import { compareFigures, type Comparison, type Figure } from "../../dist/bench/index.js";

type Side = "base" | "current";

/** A value a round and that of the floor, of either side. */
type Recorded = Pick<Figure, "unit" | "better"> & Record<Side | `${Side}Floors`, readonly number[]>;

const RECORDED = JSON.parse(readFileSync(new URL("../../test/data/bench/injected.json", import.meta.url), "utf8")) as Record<
  "unchanged" | "slowed",
  Record<string, Recorded>
>;
const ROUNDS = 40;
const TRIALS = 100;

/** Pairs drawn from those recorded. `mixed`: which of a pair is the base is drawn too, so that nothing can differ but by noise. */
function compareDrawn(what: keyof typeof RECORDED, seed: string, { mixed }: { mixed: boolean }): readonly Comparison[] {
  const random = seedrandom(seed);
  const figures = Object.entries(RECORDED[what]);
  const pairs = figures[0]?.[1].base.length ?? 0;
  const drawn = Array.from({ length: ROUNDS }, () => ({ pair: Math.floor(random() * pairs), swapped: mixed && random() < 0.5 }));
  const sideOf = (side: Side, other: Side): Figure[] =>
    figures.map(([name, recorded]) => {
      const pick = (kind: "" | "Floors"): number[] =>
        drawn.map(({ pair, swapped }) => recorded[`${swapped ? other : side}${kind}`][pair] ?? NaN);
      return { name, doc: "", unit: recorded.unit, better: recorded.better, rounds: pick(""), floor: { doc: "", rounds: pick("Floors") }, goal: null };
    });
  return compareFigures(sideOf("base", "current"), sideOf("current", "base"), { paired: true, leastEffect: 0.05 }).comparisons;
}

for (const name of ["status/together", "status/p50"]) {
  test(`10 % more work in every status update is caught in ${name} at least 95 times in 100`, () => {
    let caught = 0;
    for (let n = 0; n < TRIALS; n++) {
      if (compareDrawn("slowed", `slowed-${n}`, { mixed: false }).find((comparison) => comparison.name === name)?.verdict === "slower") caught++;
    }
    assert.ok(caught >= 95, `caught ${caught} of ${TRIALS}`);
  });
}

test("the same build is called slower at most 5 times in 100, over all metrics together", () => {
  let alarms = 0;
  for (let n = 0; n < TRIALS; n++) {
    if (compareDrawn("unchanged", `same-${n}`, { mixed: true }).some(({ verdict }) => verdict === "slower")) alarms++;
  }
  assert.ok(alarms <= 5, `${alarms} false alarms in ${TRIALS}`);
});
