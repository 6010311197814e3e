/** Changes of a level: those that are there are found, noise has hardly any, and a change says nothing of its unit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import seedrandom from "seedrandom";
import { changePoints, LEAST_PART, SIGNIFICANCE } from "../../../dist/bench/index.js";

/** Values with log-normal noise of about `spread`. */
function noisy(levels: readonly number[], spread: number, seed: string): number[] {
  const random = seedrandom(seed);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return levels.map((level) => level * Math.exp(spread * gauss()));
}

const times = (count: number, level: number): number[] => Array.from({ length: count }, () => level);
const places = (values: readonly number[]): number[] => changePoints(values).map(({ place }) => place);

test("a series without a change has none, and neither has one that is too short", () => {
  for (const values of [[], [1], times(5, 1), times(40, 2.5), [1, 1, 1, 9, 9, 9]])
    assert.deepEqual(changePoints(values), []);
});

test("a step is found where it is, up and down", () => {
  assert.deepEqual(places(noisy([...times(12, 10), ...times(10, 13)], 0.03, "up")), [12]);
  assert.deepEqual(places(noisy([...times(12, 13), ...times(10, 10)], 0.03, "down")), [12]);
  assert.deepEqual(places([...times(10, 1), ...times(10, 0)]), [10]);
});

test("several steps are found, also a level that lasts for a while and comes back", () => {
  assert.deepEqual(places(noisy([...times(15, 10), ...times(15, 20), ...times(15, 40)], 0.05, "two")), [15, 30]);
  assert.deepEqual(places(noisy([...times(15, 10), ...times(8, 20), ...times(15, 10)], 0.05, "bump")), [15, 23]);
});

test("one or two odd runs are no change", () => {
  for (const odd of [1, 2]) assert.deepEqual(places([...times(12, 10), ...times(odd, 90), ...times(12, 10)]), []);
});

test("noise has a change in about one of a hundred series", () => {
  const count = 200;
  const seeds = Array.from({ length: count }, (_, seed) => String(seed));
  const found = seeds.filter((seed) => changePoints(noisy(times(20, 10), 0.2, seed)).length > 0).length;
  // More than 9 of 200 has a probability of less than 1 in 100,000 at 1 %; the seeds are fixed.
  assert.ok(found <= 9, `${found} of ${count} series of noise have a change`);
});

test("a change does not depend on the unit, and its parts are not too short", () => {
  const anyLevels = fc.array(
    fc.record({ level: fc.integer({ min: 1, max: 100 }), length: fc.integer({ min: 1, max: 12 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(anyLevels, fc.string(), fc.double({ min: 0.001, max: 1000, noNaN: true }), (levels, seed, unit) => {
      const values = noisy(
        levels.flatMap(({ level, length }) => times(length, level)),
        0.1,
        seed,
      );
      const found = changePoints(values);
      assert.deepEqual(
        found.map(({ place }) => place),
        places(values.map((value) => value * unit)),
      );
      const bounds = [0, ...found.map(({ place }) => place), values.length];
      for (let part = 1; found.length > 0 && part < bounds.length; part++)
        assert.ok((bounds[part] ?? 0) - (bounds[part - 1] ?? 0) >= LEAST_PART);
      for (const { p } of found) assert.ok(p > 0 && p <= SIGNIFICANCE);
    }),
    { numRuns: 40 },
  );
});
