/** Streams of random numbers: independent of each other, and distributed as asked. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { sample, sampleCount, stream, type DistributionSpec } from "../../../../dist/load/scenario/index.js";
import { exp, ln } from "../../../../dist/load/scenario/exact-math.js";

/** How far the counts of `cells` are from even, in standard deviations of the chi-square statistic. */
function unevenness(cells: readonly number[]): number {
  const expected = cells.reduce((sum, n) => sum + n, 0) / cells.length;
  const chi = cells.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  return (chi - (cells.length - 1)) / Math.sqrt(2 * (cells.length - 1));
}

describe("stream", () => {
  it("gives the numbers it has always given", () => {
    const random = stream(42, "arrival", 7);
    assert.deepEqual([random(), random(), random()], [0.9713938208296895, 0.7472915493417531, 0.35011988901533186]);
  });

  it("tells lists of names apart, however they are joined", () => {
    const names = [["a", "b"], ["ab"], ["a,b"], ["a", 1], ["a", "1"], ["a1"], []];
    assert.equal(new Set(names.map((list) => stream(1, ...list)())).size, names.length);
  });

  it("does not correlate neighbouring workers, nor one worker's purposes", () => {
    const side = 10;
    const cells = (pairs: readonly (readonly [number, number])[]): number[] => {
      const counts = new Array<number>(side * side).fill(0);
      for (const [a, b] of pairs) {
        const cell = Math.floor(a * side) * side + Math.floor(b * side);
        counts[cell] = (counts[cell] ?? 0) + 1;
      }
      return counts;
    };
    const indices = Array.from({ length: 10_000 }, (_, i) => i);
    const neighbours = indices.map((i) => [stream(42, "arrival", i)(), stream(42, "arrival", i + 1)()] as const);
    const purposes = indices.map((i) => [stream(42, "arrival", i)(), stream(42, "behaviour", i)()] as const);
    const seeds = indices.map((i) => [stream(i, "arrival", 0)(), stream(i + 1, "arrival", 0)()] as const);
    for (const pairs of [neighbours, purposes, seeds]) assert.ok(Math.abs(unevenness(cells(pairs))) < 4);
  });
});

describe("exact-math", () => {
  const near = (actual: number, expected: number): boolean =>
    Math.abs(actual - expected) <= 1e-14 * Math.max(Math.abs(expected), 1);

  it("agrees with Math.log and Math.exp", () => {
    fc.assert(fc.property(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (x) => near(ln(x), Math.log(x))));
    fc.assert(fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (x) => near(exp(x) / Math.exp(x), 1)));
  });
});

describe("sample", () => {
  const positive = fc.double({ min: 0.001, max: 10_000, noNaN: true });
  const bounded: fc.Arbitrary<DistributionSpec & { max: number }> = fc.oneof(
    fc
      .tuple(positive, positive)
      .map(([a, b]) => ({ kind: "uniform" as const, min: Math.min(a, b), max: Math.max(a, b) })),
    fc.record({ kind: fc.constant("exponential" as const), mean: positive, max: positive }),
    fc.record({ kind: fc.constant("normal" as const), mean: positive, sd: positive, max: positive }),
    fc
      .tuple(positive, fc.double({ min: 1, max: 20, noNaN: true }), positive)
      .map(([median, spread, max]) => ({ kind: "lognormal" as const, median, p95: median * spread, max })),
  );

  it("stays within its bounds", () => {
    fc.assert(
      fc.property(bounded, fc.nat(), (distribution, seed) => {
        const random = stream(seed);
        for (let i = 0; i < 20; i++) {
          const value = sample(distribution, random);
          assert.ok(value >= (distribution.kind === "uniform" ? distribution.min : 0) && value <= distribution.max);
        }
      }),
    );
  });

  it("has the mean or the percentiles that it is given by", () => {
    const draws = (distribution: DistributionSpec): number[] => {
      const random = stream(3);
      return Array.from({ length: 20_000 }, () => sample(distribution, random));
    };
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const shareBelow = (values: readonly number[], limit: number): number =>
      values.filter((value) => value < limit).length / values.length;
    const close = (actual: number, expected: number): void =>
      assert.ok(Math.abs(actual / expected - 1) < 0.03, `${actual} for ${expected}`);

    close(mean(draws({ kind: "uniform", min: 100, max: 300 })), 200);
    close(mean(draws({ kind: "exponential", mean: 200 })), 200);
    const normal = draws({ kind: "normal", mean: 500, sd: 100 });
    close(mean(normal), 500);
    close(shareBelow(normal, 600), 0.8413);
    const lognormal = draws({ kind: "lognormal", median: 300, p95: 900 });
    close(shareBelow(lognormal, 300), 0.5);
    close(shareBelow(lognormal, 900), 0.95);
  });

  it("counts whole numbers, each of a uniform range as often as the others", () => {
    const random = stream(5);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) {
      const value = sampleCount({ kind: "uniform", min: 2, max: 5 }, random);
      counts[value - 2] = (counts[value - 2] ?? 0) + 1;
    }
    assert.equal(counts.length, 4);
    assert.ok(Math.abs(unevenness(counts)) < 4);
    assert.ok(Number.isInteger(sampleCount({ kind: "normal", mean: 5, sd: 2 }, random)));
  });
});
