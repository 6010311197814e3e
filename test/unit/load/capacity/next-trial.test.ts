/** The search for the capacity, on outcomes that are given: no run is made. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bracketOf,
  maxTrials,
  nextTrial,
  type NextTrial,
  type SearchBounds,
  type Trial,
  type TrialOutcome,
} from "../../../../dist/load/capacity/index.js";

const BOUNDS: SearchBounds = { start: 100, least: 10, most: 10_000, precision: 1.1 };

type Result = Exclude<NextTrial, { kind: "try" }>;

/** Searches with these outcomes. Fails when the search takes more trials than it may. */
function search(
  bounds: SearchBounds,
  outcome: (workers: number, index: number) => TrialOutcome,
): { readonly result: Result; readonly trials: Trial[] } {
  const trials: Trial[] = [];
  for (;;) {
    const next = nextTrial(trials, bounds);
    if (next.kind !== "try") return { result: next, trials };
    assert.ok(trials.length < maxTrials(bounds), `more than ${maxTrials(bounds)} trials`);
    assert.ok(next.workers >= bounds.least && next.workers <= bounds.most, `${next.workers} is out of bounds`);
    trials.push({ workers: next.workers, outcome: outcome(next.workers, trials.length) });
  }
}

/** So many workers pass, and no more. */
const upTo =
  (capacity: number) =>
  (workers: number): TrialOutcome =>
    workers <= capacity ? "passed" : "failed";

test("the search doubles, confirms both ends and halves the bracket by its ratio", () => {
  const { trials, result } = search(BOUNDS, upTo(330));
  assert.deepEqual(
    trials.map(({ workers, outcome }) => `${workers} ${outcome}`),
    [
      "100 passed",
      "200 passed",
      "400 failed",
      "400 failed",
      "200 passed",
      "283 passed",
      "283 passed",
      "336 failed",
      "336 failed",
      "308 passed",
      "308 passed",
    ],
  );
  assert.deepEqual(result, { kind: "found", passes: 308, fails: 336 });
});

test("the search halves when the first rate fails", () => {
  const { result, trials } = search({ ...BOUNDS, precision: 2 }, upTo(30));
  assert.deepEqual([...new Set(trials.map(({ workers }) => workers))], [100, 50, 25]);
  assert.deepEqual(result, { kind: "found", passes: 25, fails: 50 });
});

test("the search ends when even the least rate fails, and when even the greatest passes", () => {
  assert.deepEqual(search(BOUNDS, () => "failed").result, { kind: "none", fails: 10 });
  assert.deepEqual(search(BOUNDS, () => "passed").result, { kind: "unbounded", passes: 10_000 });
});

test("a broken invariant needs no second trial", () => {
  const { trials } = search(BOUNDS, (workers) => (workers <= 150 ? "passed" : "broken"));
  assert.deepEqual(
    trials.slice(0, 3).map(({ workers }) => workers),
    [100, 200, 100],
  );
});

test("a rate that is inconclusive is tried again, and then counts as failed", () => {
  const outcomes: TrialOutcome[] = ["inconclusive", "passed", "inconclusive", "inconclusive", "inconclusive"];
  const trials: Trial[] = [];
  for (const outcome of outcomes) {
    const next = nextTrial(trials, BOUNDS);
    assert.ok(next.kind === "try");
    trials.push({ workers: next.workers, outcome });
  }
  assert.deepEqual(
    trials.map(({ workers }) => workers),
    [100, 100, 200, 200, 200],
  );
  assert.deepEqual(bracketOf(trials), { passes: undefined, fails: 200 });
});

const bounds: fc.Arbitrary<SearchBounds> = fc
  .record({
    numbers: fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 3, maxLength: 3 }),
    precision: fc.double({ min: 1.001, max: 4, noNaN: true }),
  })
  .map(({ numbers, precision }) => {
    const [least, start, most] = numbers.sort((a, b) => a - b) as [number, number, number];
    return { least, start, most, precision };
  });
const capacities = fc.integer({ min: 0, max: 500_000 });

function bracketsCapacity(capacity: number, result: Result, { least, most, precision }: SearchBounds): void {
  switch (result.kind) {
    case "none":
      assert.ok(capacity < least);
      assert.equal(result.fails, least);
      break;
    case "unbounded":
      assert.ok(capacity >= most);
      assert.equal(result.passes, most);
      break;
    case "found":
      assert.ok(result.passes <= capacity && capacity < result.fails, JSON.stringify(result));
      assert.ok(result.fails - result.passes === 1 || result.fails / result.passes <= precision);
  }
}

test("property: a monotone capacity is bracketed within the precision", () => {
  fc.assert(
    fc.property(bounds, capacities, (within, capacity) => {
      bracketsCapacity(capacity, search(within, upTo(capacity)).result, within);
    }),
  );
});

const FLIPPED: Readonly<Record<string, TrialOutcome>> = { passed: "failed", failed: "passed" };

test("property: one noisy outcome, whichever it is, does not change what is true of the result", () => {
  fc.assert(
    fc.property(bounds, capacities, fc.nat(60), (within, capacity, noisy) => {
      const { result } = search(within, (workers, index) => {
        const outcome = upTo(capacity)(workers);
        return index === noisy ? (FLIPPED[outcome] ?? outcome) : outcome;
      });
      bracketsCapacity(capacity, result, within);
    }),
  );
});

test("property: one inconclusive trial does not change what is true of the result", () => {
  fc.assert(
    fc.property(bounds, capacities, fc.nat(60), (within, capacity, noisy) => {
      const { result } = search(within, (workers, index) =>
        index === noisy ? "inconclusive" : upTo(capacity)(workers),
      );
      bracketsCapacity(capacity, result, within);
    }),
  );
});

const anyOutcome = fc.constantFrom<TrialOutcome[]>("passed", "failed", "broken", "inconclusive");

test("property: any outcomes end the search in its bound, with a bracket that the trials prove", () => {
  fc.assert(
    fc.property(bounds, fc.infiniteStream(anyOutcome), (within, outcomes) => {
      const { result, trials } = search(within, () => outcomes.next().value as TrialOutcome);
      const known = bracketOf(trials);
      if (result.kind !== "none") assert.equal(known.passes, result.passes);
      if (result.kind !== "unbounded") assert.equal(known.fails, result.fails);
      if (result.kind === "found") {
        const count = (workers: number, outcome: TrialOutcome): number =>
          trials.filter((trial) => trial.workers === workers && trial.outcome === outcome).length;
        assert.equal(count(result.passes, "passed"), 2);
        assert.equal(count(result.fails, "passed") < 2, true);
      }
    }),
  );
});

test("bounds that are out of order are refused", () => {
  assert.throws(() => nextTrial([], { ...BOUNDS, least: 200 }), /bounds of a search/);
  assert.throws(() => nextTrial([], { ...BOUNDS, precision: 1 }), /ratio above 1/);
});
