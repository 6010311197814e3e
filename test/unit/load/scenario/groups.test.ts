/** Groups of workers: each does the same with and without the others, from its start time on. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  arrivalsMsOf,
  behavioursOf,
  buildPlan,
  planHash,
  plannedWorkers,
  ScenarioError,
  scenarioFrom,
  scenarioWorkers,
  workersOf,
  type Plan,
  type Scenario,
  type WorkerPlan,
} from "../../../../dist/load/scenario/index.js";
import { BEHAVIOURS, withArrivals, withGroups, type Arrivals, type Group } from "../../../support/scenario/shapes.js";

const scenarioOf = (groups: Readonly<Record<string, Group>>): Scenario =>
  scenarioFrom(withGroups(groups), "test").scenario;

const arrivals = fc.oneof(
  fc
    .record({ rate: fc.integer({ min: 1, max: 40 }), ms: fc.integer({ min: 1000, max: 4000 }) })
    .map(({ rate, ms }): Arrivals => ({ startRate: rate, stages: [{ duration: `${ms}ms`, target: rate }] })),
  fc
    .record({ workers: fc.integer({ min: 1, max: 20 }), ms: fc.integer({ min: 1, max: 4000 }) })
    .map(({ workers, ms }): Arrivals => ({ executor: "constant-workers", workers, duration: `${ms}ms` })),
);

/** What a worker does, its number in its group and its times in the group's. */
function relative({ index, arriveAt, disconnect, ...rest }: WorkerPlan, first: number, startMs: number) {
  const us = (ms: number): number => Math.round((ms - startMs) * 1000);
  return {
    ...rest,
    index: index - first,
    arriveAt: us(arriveAt),
    ...(disconnect && {
      disconnect: { ...disconnect, at: disconnect.since === "run" ? us(disconnect.at) : disconnect.at },
    }),
  };
}

const workersFrom = (plan: Plan, first: number, count: number, startMs: number) =>
  Array.from({ length: count }, (_, nth) => relative(plan.worker(first + nth), first, startMs));

describe("groups", () => {
  it("together are each of them alone, later by its start time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ arrivals, startMs: fc.nat({ max: 5000 }) }), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (given, seed) => {
          const named = given.map(({ arrivals: own, startMs }, nth) => ({ name: `g${nth}`, own, startMs }));
          const group = (own: Arrivals, startMs: number): Group => ({
            startTime: `${startMs}ms`,
            arrivals: own,
            behaviours: BEHAVIOURS,
          });
          const all = buildPlan(
            scenarioOf(Object.fromEntries(named.map(({ name, own, startMs }) => [name, group(own, startMs)]))),
            { seed },
          );
          let first = 0;
          const closed = [...(all.closed ?? [])];
          for (const { name, own, startMs } of named) {
            const alone = buildPlan(scenarioOf({ [name]: group(own, 0) }), { seed });
            assert.deepEqual(workersFrom(all, first, alone.workers, startMs), workersFrom(alone, 0, alone.workers, 0));
            const [load] = alone.closed ?? [];
            if (load !== undefined) {
              const here = closed.shift();
              assert.equal(here?.first, first);
              assert.deepEqual(
                here.numbers,
                load.numbers.map(({ at, workers }) => ({ at: at + startMs, workers })),
              );
            }
            first += alone.workers;
          }
          assert.equal(all.workers, first);
          assert.deepEqual(closed, []);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("differ in their draws although their definitions are the same", () => {
    const same: Group = {
      arrivals: { startRate: 20, stages: [{ duration: "1s", target: 20 }] },
      behaviours: BEHAVIOURS,
    };
    const plan = buildPlan(scenarioOf({ a: same, b: same }));
    assert.equal(plan.workers, 40);
    const [a, b] = [workersFrom(plan, 0, 20, 0), workersFrom(plan, 20, 20, 0)];
    assert.equal(new Set([...a, ...b].map((worker) => JSON.stringify([worker.arriveAt, worker.task]))).size, 40);
  });

  it("have behaviours of their own, by the name of the group", () => {
    const scenario = scenarioOf({
      a: { arrivals: { startRate: 9, stages: [{ duration: "1s", target: 9 }] }, behaviours: BEHAVIOURS },
      b: {
        arrivals: { executor: "constant-workers", workers: 3, duration: "1s" },
        behaviours: { typing: { weight: 1, actions: 1, thinkTime: "1s" } },
      },
    });
    assert.deepEqual(Object.keys(behavioursOf(scenario)), ["a/typing", "a/dropping", "b/typing"]);
    const plan = buildPlan(scenario);
    const used = Array.from({ length: plan.workers }, (_, index) => plan.worker(index).behaviour);
    assert.ok(used.slice(0, 9).every((name) => name.startsWith("a/")));
    assert.ok(used.slice(9).every((name) => name === "b/typing"));
  });

  it("share --workers in their ratio, at least one each, and --duration stretches start times", () => {
    const rate = (workers: number): Arrivals => ({ startRate: workers, stages: [{ duration: "1s", target: workers }] });
    const scenario = scenarioOf({
      a: { arrivals: rate(100), behaviours: BEHAVIOURS },
      b: {
        startTime: "3s",
        arrivals: { executor: "constant-workers", workers: 20, duration: "1s" },
        behaviours: BEHAVIOURS,
      },
      c: { startTime: "1s", arrivals: rate(1), behaviours: BEHAVIOURS },
    });
    assert.deepEqual([workersOf(scenario), arrivalsMsOf(scenario)], [121, 4000]);
    const sizes = (workers?: number): number[] => {
      const plan = buildPlan(scenario, { workers });
      const [load] = plan.closed ?? [];
      assert.ok(load !== undefined);
      return [load.first, load.most, plan.workers - load.first - load.workers];
    };
    assert.deepEqual(sizes(), [100, 20, 1]);
    assert.deepEqual(sizes(121), [100, 20, 1]);
    assert.deepEqual(sizes(1210), [1000, 200, 10]);
    assert.deepEqual(sizes(3), [1, 1, 1]);
    assert.throws(() => sizes(2), new RangeError("workers must be at least 3, one for each group, not 2"));
    const longer = buildPlan(scenario, { durationMs: 8000 });
    assert.deepEqual([longer.closed?.[0]?.first, longer.closed?.[0]?.most], [100, 20], "as many workers as before");
    assert.deepEqual(
      longer.closed?.[0]?.numbers.map(({ at }) => at),
      [6000, 8000],
    );
    assert.deepEqual(
      [longer.arrivalsMs, longer.scheduleMs],
      [8000, 9000],
      "the last window is until 3 s + 1.5 s, twice",
    );
  });

  it("say of those that are kept when they begin, for how long, and what they do", () => {
    const scenario = scenarioOf({
      open: { arrivals: { startRate: 20, stages: [{ duration: "9s", target: 20 }] }, behaviours: BEHAVIOURS },
      late: {
        startTime: "3s",
        arrivals: { executor: "constant-workers", workers: 4, duration: "1s" },
        behaviours: BEHAVIOURS,
      },
      later: {
        startTime: "5s",
        arrivals: { executor: "constant-workers", workers: 2, duration: "2s" },
        behaviours: { typing: { weight: 1, actions: 1, thinkTime: "1s" } },
      },
    });
    const { closed } = plannedWorkers(buildPlan(scenario));
    assert.deepEqual(
      [closed?.atOnce, closed?.startMs, closed?.arrivalsMs, closed?.behaviours],
      [6, 3000, 4000, ["late/typing", "late/dropping", "later/typing"]],
    );
    const known = scenarioWorkers(scenario).closed;
    assert.deepEqual([known?.startMs, known?.arrivalsMs], [3000, 4000]);
  });

  const rate = (ms: number): Arrivals => ({ startRate: 9, stages: [{ duration: `${ms}ms`, target: 9 }] });
  const later = (more: Parameters<typeof withGroups>[1] = {}) =>
    scenarioFrom(
      withGroups(
        {
          first: { arrivals: rate(1000), behaviours: BEHAVIOURS },
          second: { startTime: "2s", arrivals: rate(3000), behaviours: BEHAVIOURS },
        },
        more,
      ),
      "test",
    ).scenario;

  it("are phases of the run by their names, if they begin later", () => {
    const spansOf = (durationMs?: number) =>
      buildPlan(later(), { durationMs }).tags.spans.filter(({ name }) => !name.includes("/"));
    assert.deepEqual(spansOf(), [{ name: "second", fromMs: 2000, toMs: 5000 }]);
    assert.deepEqual(spansOf(10_000), [{ name: "second", fromMs: 4000, toMs: 10_000 }]);
    const during = { "live_update_latency{behaviour:first/typing,during:second}": ["p(99)<50"] };
    assert.ok(later({ thresholds: during }).thresholds);
  });

  it("that begin with the run are none, and a name of another span is refused", () => {
    const problemOf = (more: Parameters<typeof withGroups>[1]): string => {
      try {
        later(more);
      } catch (error) {
        assert.ok(error instanceof ScenarioError);
        return error.problems.join("\n");
      }
      return "";
    };
    assert.match(
      problemOf({ thresholds: { "errors{during:first}": ["count==0"] } }),
      /there is no window, fault or group with a startTime "first"; .*there are second, /,
    );
    assert.match(
      problemOf({ faults: [{ kind: "kill-thread", name: "second", window: ["1s", "1s"], thread: "task" }] }),
      /has the name "second", as the group "second" has: give it another name, with the key name/,
    );
  });

  it("have a plan whose hash is kept", () => {
    const scenario = scenarioOf({
      open: { arrivals: { startRate: 20, stages: [{ duration: "1s", target: 20 }] }, behaviours: BEHAVIOURS },
      closed: {
        startTime: "500ms",
        arrivals: { executor: "constant-workers", workers: 4, duration: "1s" },
        behaviours: BEHAVIOURS,
      },
    });
    assert.equal(
      planHash(buildPlan(scenario, { seed: 7 })),
      "feba7f12b4841a57c15164adca1214753164b5aca2f45cfd1d59f4154ccf6fa5",
    );
  });
});

const GROUP: Group = { arrivals: { startRate: 20, stages: [{ duration: "1s", target: 20 }] }, behaviours: BEHAVIOURS };
const NEITHER = Object.fromEntries(
  Object.entries(withArrivals(GROUP.arrivals)).filter(([key]) => key !== "arrivals" && key !== "behaviours"),
);

const WRONG: readonly (readonly [input: object, ...problems: string[]])[] = [
  [
    NEITHER,
    "test: arrivals: is missing: must be a mapping of keys to values",
    "test: behaviours: is missing: must be a mapping of names to behaviours",
  ],
  [withGroups({}), "test: groups: must have at least one group"],
  [
    withGroups({ "A b": GROUP }),
    "test: groups.A b: needs a name of lower-case words joined by hyphens, with at most 100 characters",
  ],
  [
    { ...withGroups({ a: GROUP }), arrivals: GROUP.arrivals },
    "test: arrivals: must be in each of the groups, not beside them",
  ],
  [
    { ...withGroups({ a: { ...GROUP, startsAt: "1s" } as Group }) },
    "test: groups.a.startsAt: unknown key; there are startTime, arrivals, behaviours",
  ],
  [
    withGroups({ a: { ...GROUP, behaviours: { all: { weight: 0.5, actions: 1, thinkTime: "1s" } } } }),
    "test: groups.a.behaviours: the weights must sum to 1, not 0.5 (0.5)",
  ],
];

describe("a scenario with groups", () => {
  for (const [input, ...problems] of WRONG)
    it(`is refused: ${problems.join("; ").slice(6, 80)}`, () => {
      assert.throws(
        () => scenarioFrom(input, "test"),
        (error) => {
          assert.ok(error instanceof ScenarioError);
          assert.deepEqual(error.problems, problems);
          return true;
        },
      );
    });
});

describe("tags", () => {
  it("name the behaviours of groups, later groups, and their windows at the times of the run", () => {
    const scenario = scenarioOf({ a: GROUP, b: { ...GROUP, startTime: "2s" } });
    assert.deepEqual(buildPlan(scenario).tags, {
      behaviours: ["a/typing", "a/dropping", "b/typing", "b/dropping"],
      spans: [
        { name: "b", fromMs: 2000, toMs: 3000 },
        { name: "a/dropping", fromMs: 500, toMs: 1500 },
        { name: "b/dropping", fromMs: 2500, toMs: 3500 },
      ],
    });
    assert.deepEqual(buildPlan(scenario, { durationMs: 6000 }).tags.spans[2], {
      name: "b/dropping",
      fromMs: 5000,
      toMs: 7000,
    });
    const thresholds = { "live_update_latency{behaviour:a/typing,during:b/dropping}": ["p(99)<50"] };
    assert.equal(
      Object.keys(scenarioFrom(withGroups({ a: GROUP, b: GROUP }, { thresholds }), "test").scenario.thresholds).length,
      1,
    );
  });
});
