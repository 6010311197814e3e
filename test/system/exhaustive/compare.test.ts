/**
 * Whether the gate can be trusted: 100 comparisons of the same code and 100 with a slowdown of 10 % put in, of rounds
 * that are as noisy as those of a shared machine. Everything is seeded.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import seedrandom from "seedrandom";
import { compareFigures, type Compared, type Figure } from "../../../dist/bench/index.js";

const METRICS = 8;
const ROUNDS = 30;
const TRIALS = 100;

type Random = () => number;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How busy the machine is, round by round: a slow drift, and now and then a round in which something else runs. */
function machine(random: Random): number[] {
  let drift = 0;
  return Array.from({ length: ROUNDS }, () => {
    drift += 0.05 * normal(random);
    return Math.exp(drift + (random() < 0.1 ? 0.5 * random() : 0));
  });
}

/**
 * Figures of one side: what the machine does, times noise of its own of 4 %, and up to two thirds more in one round of
 * twenty.
 */
function measured(random: Random, busy: readonly number[], slowdown: number): Figure[] {
  return Array.from({ length: METRICS }, (_, metric) => {
    const better = metric % 2 === 0 ? "smaller" : "greater";
    const rounds = busy.map((factor) => {
      const cost =
        (10 + metric) *
        factor *
        Math.exp(0.04 * normal(random) + (random() < 0.05 ? random() / 2 : 0)) *
        (metric === 3 ? slowdown : 1);
      return better === "smaller" ? cost : 1000 / cost;
    });
    return { name: `metric-${metric}`, doc: "", unit: "µs", better, rounds, floor: null, goal: null };
  });
}

function trial(seed: string, slowdown: number): Compared {
  const random = seedrandom(seed);
  const busy = machine(random);
  return compareFigures(measured(random, busy, 1), measured(random, busy, slowdown), {
    paired: true,
    leastEffect: 0.05,
  });
}

const slowerIn = ({ comparisons }: Compared): string[] =>
  comparisons.filter(({ verdict }) => verdict === "slower").map(({ name }) => name);

test("a slowdown of 10 % in one metric of eight is caught at least 95 times in 100", () => {
  let caught = 0;
  for (let n = 0; n < TRIALS; n++) if (slowerIn(trial(`slow-${n}`, 1.1)).includes("metric-3")) caught++;
  assert.ok(caught >= 95, `caught ${caught} of ${TRIALS}`);
});

test("no change is called slower at most 5 times in 100, over all metrics together", () => {
  let alarms = 0;
  for (let n = 0; n < TRIALS; n++) if (slowerIn(trial(`same-${n}`, 1)).length > 0) alarms++;
  assert.ok(alarms <= 5, `${alarms} false alarms in ${TRIALS}`);
});

test("an improvement is faster, no change the same, and noise that hides it cannot be told", () => {
  const verdictsOf = (factor: (round: number) => number): string[] => {
    const base = figureOf(Array.from({ length: ROUNDS }, (_, round) => 100 + (round % 5)));
    const current = figureOf(Array.from({ length: ROUNDS }, (_, round) => (100 + (round % 5)) * factor(round)));
    return compareFigures([base], [current], { paired: true, leastEffect: 0.05 }).comparisons.map(
      ({ verdict }) => verdict,
    );
  };
  assert.deepEqual(
    verdictsOf((round) => 0.8 + (round % 3) / 100),
    ["faster"],
  );
  assert.deepEqual(
    verdictsOf((round) => 1 + ((round % 3) - 1) / 100),
    ["same"],
  );
  assert.deepEqual(
    verdictsOf((round) => 1 + ((round % 7) - 3) / 5),
    ["inconclusive"],
  );
  assert.deepEqual(
    verdictsOf((round) => 1.02 + (round % 3) / 1000),
    ["same"],
  );
});

test("results of different times are compared by their ratios to the floor", () => {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => 10 + (round % 4) / 10);
  const floor = { doc: "", rounds: rounds.map(() => 5) };
  const base: Figure = { ...figureOf(rounds), floor };
  // A machine half as fast, and the same code.
  const current: Figure = {
    ...figureOf(rounds.map((value) => value * 2)),
    floor: { doc: "", rounds: rounds.map(() => 10) },
  };
  const [comparison] = compareFigures([base], [current], { paired: false, leastEffect: 0.05 }).comparisons;
  assert.equal(comparison?.verdict, "same");
  // A baseline that holds nothing but the ratios says the same.
  const ratios: Figure = { ...figureOf(rounds.map((value) => value / 5)), unit: "ratio" };
  assert.equal(
    compareFigures([ratios], [current], { paired: false, leastEffect: 0.05 }).comparisons[0]?.verdict,
    "same",
  );
});

test("what only one of the two has is named", () => {
  const other = { ...figureOf([1]), name: "other" };
  const { comparisons, unmatched, tooFew } = compareFigures([other], [figureOf([1])], {
    paired: false,
    leastEffect: 0.05,
  });
  assert.deepEqual([comparisons, tooFew], [[], []]);
  assert.deepEqual(unmatched, [
    { name: "figure", why: "only now" },
    { name: "other", why: "only before" },
  ]);
});

function figureOf(rounds: number[]): Figure {
  return { name: "figure", doc: "", unit: "µs", better: "smaller", rounds, floor: null, goal: null };
}
