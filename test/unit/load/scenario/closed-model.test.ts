/** The plan of a closed model: the number that is kept, shared by threads, and the sequence of workers. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  buildPlan,
  plannedWorkers,
  planHash,
  scenarioFrom,
  ScenarioError,
  workersOf,
  type ClosedLoad,
  type PlanOptions,
} from "../../../../dist/load/scenario/index.js";
import { withArrivals, withGroups, BEHAVIOURS, type Arrivals } from "../../../support/scenario/shapes.js";

const planOf = (arrivals: Arrivals, options: PlanOptions = {}) =>
  buildPlan(scenarioFrom(withArrivals(arrivals), "test").scenario, options);

function loadOf(arrivals: Arrivals, options: PlanOptions = {}): ClosedLoad {
  const [load, ...others] = planOf(arrivals, options).closed ?? [];
  assert.ok(load !== undefined && others.length === 0);
  return load;
}

const CONSTANT = { executor: "constant-workers", workers: 20, duration: "2s" } as const;

const ramping = fc
  .record({
    startWorkers: fc.nat({ max: 30 }),
    stages: fc.array(fc.record({ duration: fc.nat({ max: 2000 }), target: fc.nat({ max: 30 }) }), {
      minLength: 1,
      maxLength: 6,
    }),
  })
  .filter(
    ({ startWorkers, stages }) =>
      stages.some(({ duration }) => duration > 0) &&
      startWorkers + stages.reduce((sum, { target }) => sum + target, 0) > 0,
  );

/** The numbers that are right at `ms`: by the stages, a moment before and after. */
function numbersAt({ numbers }: ClosedLoad, ms: number): number[] {
  return [ms - 0.002, ms + 0.002].flatMap((near) =>
    numbers.flatMap((to, index) => {
      const from = numbers[index - 1];
      if (from === undefined || near < from.at || near > to.at || from.at === to.at) return [];
      return [Math.round(from.workers + ((to.workers - from.workers) * (near - from.at)) / (to.at - from.at))];
    }),
  );
}

describe("the number that is kept", () => {
  it("is that of the stages at any time, summed over the threads", () => {
    fc.assert(
      fc.property(
        ramping,
        fc.integer({ min: 1, max: 7 }),
        fc.nat({ max: 12_000 }),
        ({ startWorkers, stages }, threads, ms) => {
          const load = loadOf({
            executor: "ramping-workers",
            startWorkers,
            stages: stages.map(({ duration, target }) => ({ duration: `${duration}ms`, target })),
          });
          const each = Array.from({ length: threads }, (_, thread) => [...load.changes(thread, threads)]);
          for (const changes of each) {
            assert.deepEqual(
              changes,
              [...changes].sort((a, b) => a.at - b.at),
              "in order of time",
            );
            let kept = 0;
            for (const { by } of changes) assert.ok((kept += by) >= 0);
            assert.equal(kept, 0, "at the end nobody is kept");
          }
          const kept = each.flat().reduce((sum, { at, by }) => sum + (at <= ms ? by : 0), 0);
          if (ms < load.endMs) assert.ok(numbersAt(load, ms).includes(kept), `${kept} at ${ms} ms`);
          else assert.equal(kept, 0);
        },
      ),
    );
  });

  it("is shared evenly, and each thread has the part of the sequence that belongs to its share", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 12 }), (workers, threads) => {
        const load = loadOf({ ...CONSTANT, workers });
        const shares = Array.from({ length: threads }, (_, thread) => ({
          most: [...load.changes(thread, threads)].filter(({ by }) => by > 0).length,
          sequence: [...load.sequence(thread, threads)],
        }));
        const most = shares.map((share) => share.most);
        assert.ok(Math.max(...most) - Math.min(...most) <= 1);
        assert.deepEqual(
          shares.flatMap(({ sequence }) => sequence).sort((a, b) => a - b),
          Array.from({ length: load.workers }, (_, index) => index),
        );
        for (const [thread, share] of shares.entries()) {
          assert.equal(share.sequence.length === 0, share.most === 0);
          assert.ok(share.sequence.length >= Math.floor(load.workers / workers) * share.most);
          assert.ok(share.sequence.every((index) => load.turnOf(index) % threads === thread));
        }
      }),
    );
  });
});

describe("the sequence", () => {
  it("does not depend on the seed in its length, and in nothing else on when a worker begins", () => {
    const plan = planOf(CONSTANT, { seed: 3 });
    assert.equal(planOf(CONSTANT, { seed: 4 }).workers, plan.workers);
    for (let index = 0; index < 100; index++) {
      const { arriveAt, disconnect: early, ...worker } = plan.worker(index);
      const { arriveAt: later, disconnect: late, ...same } = plan.worker(index, 1000);
      assert.deepEqual(same, worker);
      assert.deepEqual([arriveAt, later], [0, 1000]);
      // A window's drop that is over by then does not happen.
      assert.deepEqual(late, early !== undefined && early.at < 1000 ? undefined : early);
    }
  });

  it("has room for twice the workers that an unhurried platform would see, and for as many as it is told", () => {
    // Each worker stays for half a second.
    const behaviours = { only: { weight: 1, actions: 4, thinkTime: "100ms" } };
    const task = { blueprint: "chat", liveUpdateTimeout: "3s", submissionTimeout: "3s" } as const;
    const lengthOf = (arrivals: Arrivals, options: PlanOptions = {}): number =>
      buildPlan(scenarioFrom(withArrivals(arrivals, { behaviours, task }), "test").scenario, options).workers;
    const reserve = 8 * 20;
    assert.equal(lengthOf(CONSTANT), 2 * (20 + 20 * 4) + reserve);
    assert.equal(lengthOf(CONSTANT, { durationMs: 10_000 }), 2 * (20 + 20 * 20) + reserve);
    assert.equal(lengthOf({ ...CONSTANT, maxWorkers: 21 }), 21);
    assert.equal(lengthOf({ ...CONSTANT, duration: "5h" }), 100_000);
    assert.throws(
      () => lengthOf({ ...CONSTANT, maxWorkers: 21 }, { workers: 22 }),
      new RangeError("constant-workers is to keep 22 workers, but its maxWorkers is 21"),
    );
  });
});

describe("options", () => {
  it("--workers is the greatest number, and --duration stretches the stages", () => {
    const stages = [
      { duration: "1s", target: 10 },
      { duration: "1s", target: 4 },
    ];
    const arrivals = { executor: "ramping-workers", stages } as const;
    assert.equal(workersOf(scenarioFrom(withArrivals(arrivals), "test").scenario), 10);
    const plan = planOf(arrivals, { workers: 50, durationMs: 4000 });
    assert.deepEqual(plan.closed?.[0]?.numbers, [
      { at: 0, workers: 0 },
      { at: 2000, workers: 50 },
      { at: 4000, workers: 20 },
    ]);
    assert.deepEqual([plan.arrivalsMs, plan.scheduleMs], [4000, 4000]);
    assert.equal(plannedWorkers(plan).closed?.atOnce, 50);
  });
});

/**
 * Hashes of plans as they have always been: see plan.test.ts. A change of the length of the sequence changes them too.
 */
const KEPT = [
  ["constant-workers", CONSTANT, "3db95661906aa5fe75f97e25fed4ff94297e0c3499bf725d176c97634a1eed6e"],
  [
    "ramping-workers",
    { executor: "ramping-workers", startWorkers: 2, stages: [{ duration: "1s", target: 9 }], maxWorkers: 50 },
    "3705ad24e5c79b45c8b4de1b412049e5649aac15d1387e70251b023357abd246",
  ],
] as const satisfies readonly (readonly [string, Arrivals, string])[];

describe("planHash", () => {
  for (const [what, arrivals, hash] of KEPT)
    it(`of ${what} is kept`, () => assert.equal(planHash(planOf(arrivals, { seed: 7 })), hash));

  it("notices each part of a closed model", () => {
    const stages = [{ duration: "1s", target: 9 }];
    const variants: Arrivals[] = [
      { executor: "ramping-workers", stages, maxWorkers: 50 },
      { executor: "ramping-workers", stages, maxWorkers: 51 },
      { executor: "ramping-workers", stages, maxWorkers: 50, startWorkers: 1 },
      { executor: "ramping-workers", stages: [{ duration: "2s", target: 9 }], maxWorkers: 50 },
      { executor: "ramping-workers", stages: [{ duration: "1s", target: 8 }], maxWorkers: 50 },
    ];
    assert.equal(new Set(variants.map((arrivals) => planHash(planOf(arrivals)))).size, variants.length);
  });
});

const WRONG: readonly (readonly [arrivals: object, ...problems: string[]])[] = [
  [
    { executor: "constant-worker", workers: 2, duration: "1s" },
    'test: arrivals.executor: there is no "constant-worker"; did you mean "constant-workers"?',
  ],
  [
    { executor: "per-vu-iterations", workers: 2, duration: "1s" },
    'test: arrivals.executor: must be ramping-arrival-rate, constant-workers or ramping-workers, not "per-vu-iterations"',
  ],
  [
    { executor: "constant-workers", workers: 0, duration: "1s" },
    "test: arrivals.workers: must be a whole number, 1 or more, not 0",
  ],
  [
    { executor: "constant-workers", workers: 2 },
    'test: arrivals.duration: is missing: must be a duration with a unit, such as "250ms", "1.5s" or "2m"',
  ],
  [
    { executor: "constant-workers", workers: 2, duration: "1s", startRate: 3 },
    "test: arrivals.startRate: unknown key; there are executor, workers, duration, maxWorkers",
  ],
  [
    { executor: "constant-workers", workers: 12, duration: "1s", maxWorkers: 11 },
    "test: arrivals.maxWorkers: must not be below the number of workers that are kept at once",
  ],
  [
    { executor: "ramping-workers", stages: [{ duration: "1s", target: 0 }] },
    "test: arrivals: no worker ever begins: there is no stage, or every number of workers is 0",
  ],
  [
    { executor: "ramping-workers", stages: [{ duration: "1s", target: 2.5 }] },
    "test: arrivals.stages[0].target: must be a whole number, 0 or more, not 2.5",
  ],
];

const problemsOf = (input: object): readonly string[] => {
  try {
    scenarioFrom(input, "test");
    return [];
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
};

describe("arrivals of a closed model", () => {
  for (const [arrivals, ...problems] of WRONG)
    it(`are refused: ${problems.join("; ").slice(6, 90)}`, () =>
      assert.deepEqual(problemsOf({ ...withArrivals(CONSTANT), arrivals }), problems));

  it("must keep enough workers for an assignment", () => {
    const task = {
      blueprint: "chat",
      unitsPerAssignment: 3,
      liveUpdateTimeout: "3s",
      submissionTimeout: "3s",
    } as const;
    const two = { executor: "constant-workers", workers: 2, duration: "1s" } as const;
    const why =
      "an assignment never begins: it takes 3 workers at once (task.unitsPerAssignment), and at most 2 are kept";
    assert.deepEqual(problemsOf(withArrivals(two, { task })), [`test: arrivals: ${why}`]);
    const group = { arrivals: { ...two, workers: 1 }, behaviours: BEHAVIOURS };
    assert.deepEqual(problemsOf(withGroups({ a: group, b: group }, { task })), [`test: groups: ${why}`]);
    assert.deepEqual(problemsOf(withGroups({ a: group, b: { ...group, arrivals: two } }, { task })), []);
  });
});
