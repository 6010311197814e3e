/**
 * The gate on noise as it is: processes of `simulate bench gate`, recorded one after the other on two cores with
 * nothing else at work (`quiet`) and with builds and tests of other people beside them (`busy`);
 * test/data/bench/rounds.json. Neighbours were measured as the two sides of a pair are. A comparison draws as many
 * pairs as `--against` measures, and which of the two is the base. All of it is seeded.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { MetricComparison, Figure } from "../../../dist/bench/index.js";
import { compareDrawn, TRIALS, type RecordedPairs } from "../../support/bench/drawn.js";

interface Recorded {
  readonly unit: Figure["unit"];
  readonly better: Figure["better"];
  /** A value a process, and that of the floor. */
  readonly rounds: readonly number[];
  readonly floors: readonly number[];
}

type Condition = "quiet" | "busy";
const RECORDED = JSON.parse(
  readFileSync(new URL("../../../test/data/bench/rounds.json", import.meta.url), "utf8"),
) as Record<Condition, Record<string, Recorded>>;

const SLOWDOWN = 1.1;

/** The metrics in which a slowdown of 10 % is detected at least 95 times in 100. The others can be inconclusive. */
const RELIABLE: Readonly<Record<Condition, readonly string[]>> = {
  quiet: ["status/together", "status/p50", "lifecycle/workers"],
  busy: ["status/p50"],
};

/** Neighbours are the two sides of a pair. */
function pairsOf({ unit, better, rounds, floors }: Recorded): RecordedPairs {
  const every = (values: readonly number[], second: 0 | 1): number[] => values.filter((_, at) => at % 2 === second);
  return {
    unit,
    better,
    base: every(rounds, 0),
    current: every(rounds, 1),
    baseFloors: every(floors, 0),
    currentFloors: every(floors, 1),
  };
}

function compareRecorded(condition: Condition, seed: string, slowed?: string): readonly MetricComparison[] {
  const pairs = Object.fromEntries(
    Object.entries(RECORDED[condition]).map(([name, recorded]) => [name, pairsOf(recorded)]),
  );
  return compareDrawn(pairs, seed, {
    mixed: true,
    slowed: slowed === undefined ? undefined : { name: slowed, factor: SLOWDOWN },
  });
}

for (const condition of ["quiet", "busy"] as const) {
  test(`${condition}: no change is called slower at most 5 times in 100, over all metrics together`, () => {
    let alarms = 0;
    for (let n = 0; n < TRIALS; n++)
      if (compareRecorded(condition, `same-${n}`).some(({ verdict }) => verdict === "slower")) alarms++;
    assert.ok(alarms <= 5, `${alarms} false alarms in ${TRIALS}`);
  });

  for (const name of Object.keys(RECORDED[condition])) {
    const reliable = RELIABLE[condition].includes(name);
    const trials = reliable ? TRIALS : TRIALS / 4;
    test(`${condition}: 10 % more in ${name} is ${reliable ? "caught at least 95 times in 100" : "never called the same or faster"}`, () => {
      const verdicts = Array.from(
        { length: trials },
        (_, n) => compareRecorded(condition, `slow-${n}`, name).find((comparison) => comparison.name === name)?.verdict,
      );
      const caught = verdicts.filter((verdict) => verdict === "slower").length;
      const wrong = verdicts.filter((verdict) => verdict !== "slower" && verdict !== "inconclusive").length;
      if (reliable) assert.ok(caught >= 95, `caught ${caught} of ${trials}`);
      else assert.equal(wrong, 0, `${wrong} of ${trials} called the same or faster`);
    });
  }
}
