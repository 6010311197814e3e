import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import seedrandom from "seedrandom";
import {
  bootstrap,
  holm,
  median,
  medianInterval,
  percentileOf,
  rankSumTest,
  signedRankTest,
} from "../../../dist/bench/index.js";

test("percentiles are those of the sorted samples", () => {
  assert.equal(percentileOf([5, 1, 4, 2, 3], 0.5), 3);
  assert.equal(percentileOf([2, 1], 1), 2);
});

test("the signed-rank test has the tabulated probabilities", () => {
  // Five differences of one sign: 2 of 32 combinations are as asymmetric. Wilcoxon's table of 1945: T = 3, n = 8:
  // 0.039.
  assert.equal(signedRankTest([1, 2, 3, 4, 5]), 2 / 32);
  assert.equal(signedRankTest([-3, 4, 5, 6, 7, 8, 1, 2].map((d) => (d === -3 ? -3 : d))).toFixed(4), "0.0391");
  assert.equal(signedRankTest([1, -1]), 1);
  assert.equal(signedRankTest([0, 0]), 1);
});

test("the signed-rank test equals the count over all signs", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 8 }), (differences) => {
      const nonZero = differences.filter((difference) => difference !== 0);
      const sizes = nonZero.map(Math.abs);
      const ranks = sizes.map(
        (size) =>
          sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2,
      );
      const total = ranks.reduce((sum, rank) => sum + rank, 0);
      const least = (plus: number): number => Math.min(plus, total - plus);
      const plusOf = (signs: number): number =>
        ranks.reduce((sum, rank, at) => ((signs >> at) & 1 ? sum + rank : sum), 0);
      const observed = least(
        nonZero.reduce((sum, difference, at) => (difference > 0 ? sum + (ranks[at] ?? 0) : sum), 0),
      );
      let asLopsided = 0;
      for (let signs = 0; signs < 2 ** ranks.length; signs++) if (least(plusOf(signs)) <= observed) asLopsided++;
      assert.ok(Math.abs(signedRankTest(differences) - Math.min(1, asLopsided / 2 ** ranks.length)) < 1e-9);
    }),
    { numRuns: 60 },
  );
});

test("the rank-sum test distinguishes different sets, and not equal ones", () => {
  const low = Array.from({ length: 10 }, (_, n) => n);
  assert.ok(
    rankSumTest(
      low,
      low.map((value) => value + 100),
    ) < 0.001,
  );
  assert.ok(rankSumTest(low, [...low].reverse()) > 0.9);
});

test("the rank-sum test has the tabulated probabilities, and is never 0", () => {
  // Six below six: 2 of 924 divisions. The table of Mann and Whitney (1947): U = 2, n = m = 4: 0.057 on one side.
  assert.ok(Math.abs(rankSumTest([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]) - 2 / 924) < 1e-12);
  assert.equal(rankSumTest([1, 2, 3, 6], [4, 5, 7, 8]).toFixed(3), "0.114");
  const many = Array.from({ length: 40 }, (_, n) => n);
  const p = rankSumTest(
    many,
    many.map((value) => value + 100),
  );
  assert.ok(p > 0 && p < 0.001, String(p));
});

test("the rank-sum test equals the count over all divisions, with ties", () => {
  const values = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(values, values, (first, second) => {
      const all = [...first, ...second];
      const ranks = all.map(
        (value) =>
          all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2,
      );
      const mean = (ranks.reduce((sum, rank) => sum + rank, 0) * first.length) / all.length;
      const farOf = (chosen: number): number =>
        Math.abs(ranks.reduce((sum, rank, at) => ((chosen >> at) & 1 ? sum + rank : sum), 0) - mean);
      const observed = farOf(2 ** first.length - 1);
      const divisions = Array.from({ length: 2 ** all.length }, (_, chosen) => chosen).filter(
        (chosen) => all.filter((__, at) => (chosen >> at) & 1).length === first.length,
      );
      const asFar = divisions.filter((chosen) => farOf(chosen) >= observed - 1e-9).length;
      assert.ok(Math.abs(rankSumTest(first, second) - asFar / divisions.length) < 1e-9);
    }),
    { numRuns: 60 },
  );
});

test("Holm's correction follows the published procedure in any order", () => {
  const close = (actual: readonly number[], expected: readonly number[]): void =>
    actual.forEach((p, at) =>
      assert.ok(Math.abs(p - (expected[at] ?? NaN)) < 1e-12, `${actual.join()} is not ${expected.join()}`),
    );
  close(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]);
  close(holm([0.6, 0.9]), [1, 1]);
  assert.deepEqual(holm([]), []);
});

test("95 % bootstrap intervals contain the true median about 95 times in 100", () => {
  const random = seedrandom("coverage");
  let held = 0;
  for (let trial = 0; trial < 100; trial++) {
    const samples = Array.from({ length: 25 }, () => Math.exp(normal(random)));
    const { low, high } = bootstrap(median, samples);
    if (low <= 1 && 1 <= high) held++;
  }
  assert.ok(held >= 90, `${held} of 100`);
});

test("the interval of a median contains it at least 95 times in 100, also of few samples", () => {
  const random = seedrandom("few");
  for (const size of [6, 7, 12, 25]) {
    let held = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const { low, high } = medianInterval(Array.from({ length: size }, () => Math.exp(normal(random))));
      if (low <= 1 && 1 <= high) held++;
    }
    // The standard deviation of the count is 7.
    assert.ok(held >= 930, `${held} of 1000 with ${size} samples`);
  }
  assert.deepEqual(medianInterval([3, 1, 4, 1, 5, 9]), { low: 1, high: 9 });
  // Of 17: from the fifth to the thirteenth (the tables of the sign test).
  const [low, high] = [5, 13];
  assert.deepEqual(medianInterval(Array.from({ length: 17 }, (_, n) => n + 1)), { low, high });
  // Of 1000: from the 469th to the 532nd; the normal distribution has nearly the same.
  const many = (n: number) => medianInterval(Array.from({ length: n }, (_, nth) => nth + 1));
  assert.deepEqual(many(1000), { low: 469, high: 532 });
  assert.deepEqual(many(1001), { low: 470, high: 532 });
  assert.ok(many(5000).low > 2400 && many(5000).high < 2600);
  assert.deepEqual(medianInterval([1, 2, 3, 4, 5]), { low: -Infinity, high: Infinity });
});

test("the interval of few samples is unbounded", () => {
  assert.deepEqual(bootstrap(median, [1, 2, 3, 4]), { low: -Infinity, high: Infinity });
});

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
