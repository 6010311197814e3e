/** The plan: pure, exact in number, and independent of everything but scenario, seed and index. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  behavioursOf,
  buildPlan,
  parseScenario,
  planHash,
  workersOf,
  type Plan,
  type WorkerPlan,
} from "../../../../dist/load/scenario/index.js";
import { EXAMPLE } from "../../../support/scenario/example.js";

const example = parseScenario(EXAMPLE, "example.yaml");
const all = (plan: Plan): WorkerPlan[] => Array.from({ length: plan.workers }, (_, index) => plan.worker(index));
const seeds = fc.nat({ max: 1_000_000 });

/**
 * Hashes of plans as they have always been. One that changes means that recorded seeds no longer replay: say so in the
 * change, and raise the version of the encoding if it was the encoding that changed.
 */
const KEPT = [
  [1, "3f7a427b923a7428b48db2fc0fc336fee632263f54a953e2b2c4499d44bb3ec3"],
  [42, "8bb00116bad99cbf70a964aae4443228c763405a386206b15da759d5a858094e"],
  [1_000_000, "9555101e479ee22b68ca1c0b06e40102154262672383a316b17bf8e0a461c344"],
] as const;

describe("planHash", () => {
  for (const [seed, hash] of KEPT) {
    it(`of seed ${seed} is kept`, () => assert.equal(planHash(buildPlan(example, { seed, workers: 200 })), hash));
  }

  it("is the same for the same arguments, and another for each other argument", () => {
    const variants = [{}, { seed: 2 }, { workers: 3 }, { durationMs: 5000 }];
    const hashes = variants.map((options) => planHash(buildPlan(example, options)));
    assert.equal(new Set(hashes).size, variants.length);
    assert.deepEqual(
      variants.map((options) => planHash(buildPlan(structuredClone(example), options))),
      hashes,
    );
  });

  it("notices every field of a worker's plan", () => {
    const worker: WorkerPlan = {
      index: 0,
      behaviour: "a",
      arriveAt: 1,
      onboarding: { actions: [{ at: 1, payloadBytes: 1, duplicate: false }], submitAt: 2, passes: true },
      task: { actions: [{ at: 3, payloadBytes: 1, duplicate: false }], end: { kind: "submit", at: 4 } },
      disconnect: {
        since: "run",
        at: 5,
        detectionDelay: 6,
        reconnect: { after: 7, task: { actions: [], end: { kind: "submit", at: 8 } } },
      },
    };
    const hashOf = (only: unknown): string =>
      planHash({
        scenario: "s",
        seed: 1,
        workers: 1,
        arrivalsMs: 1,
        scheduleMs: 1,
        tags: { behaviours: ["a"], spans: [] },
        behaviourOf: () => "a",
        arriveAt: () => 1,
        worker: () => only as WorkerPlan,
      });
    const hashes = new Set([hashOf(worker)]);
    let leaves = 0;
    /** Hashes a copy of the worker with each leaf changed in turn. */
    const vary = (node: unknown, put: (value: unknown) => unknown): void => {
      if (typeof node === "object" && node !== null) {
        for (const [key, value] of Object.entries(node)) {
          vary(value, (changed) =>
            put(
              Array.isArray(node)
                ? node.map((item: unknown, i) => (String(i) === key ? changed : item))
                : { ...node, [key]: changed },
            ),
          );
        }
        return;
      }
      leaves++;
      hashes.add(
        hashOf(put(typeof node === "number" ? node + 0.001 : typeof node === "boolean" ? !node : `${String(node)}x`)),
      );
    };
    vary(worker, (value) => value);
    assert.equal(hashes.size, leaves + 1);
  });
});

describe("buildPlan", () => {
  it("plans a worker alike however many others there are", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 500 }), (seed, workers, more) => {
        const index = seed % workers;
        assert.deepEqual(
          buildPlan(example, { seed, workers }).worker(index),
          buildPlan(example, { seed, workers: workers + more }).worker(index),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("has exactly as many arrivals as asked for, all within the stages", () => {
    assert.equal(workersOf(example), 125);
    assert.equal(buildPlan(example).workers, 125);
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 100_000 }),
        (seed, workers, durationMs) => {
          const plan = buildPlan(example, { seed, workers, durationMs });
          const arrivals = all(plan).map(({ arriveAt }) => arriveAt);
          assert.equal(arrivals.length, workers);
          // Half a microsecond of rounding.
          for (const at of arrivals) assert.ok(at >= 0 && at <= durationMs + 0.0005);
          assert.deepEqual(
            arrivals,
            arrivals.map((_, index) => plan.arriveAt(index)),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it("jumps to the rate of a stage that takes no time", () => {
    const stages = "[{ duration: 0s, target: 100 }, { duration: 1s, target: 100 }, { duration: 0s, target: 0 }]";
    const jumping = EXAMPLE.replace(/stages:\n( {4}- .*\n)+/, `stages: ${stages}\n`);
    const plan = buildPlan(parseScenario(jumping, "x.yaml"), { workers: 1000 });
    assert.deepEqual([workersOf(parseScenario(jumping, "x.yaml")), plan.arrivalsMs], [100, 1000]);
    const early = all(plan).filter(({ arriveAt }) => arriveAt < 500).length;
    assert.ok(early > 400 && early < 600, `${early} of 1000 in the first half`);
    assert.ok(all(plan).every(({ arriveAt }) => arriveAt >= 0 && arriveAt <= 1000));
  });

  it("spreads arrivals as the stages say", () => {
    const plan = buildPlan(example, { workers: 5000 });
    const arrivals = all(plan).map(({ arriveAt }) => arriveAt);
    const share = (from: number, to: number): number =>
      arrivals.filter((at) => at >= from && at < to).length / arrivals.length;
    // Areas under the rate: 12.5, 37.5, 50, 18.75 and 6.25 of 125.
    const expected = [
      [0, 1000, 0.1],
      [1000, 2000, 0.3],
      [2000, 3000, 0.4],
      [3000, 3500, 0.15],
      [3500, 4000, 0.05],
    ] as const;
    for (const [from, to, area] of expected)
      assert.ok(Math.abs(share(from, to) - area) < 0.02, `${from} to ${to}: ${share(from, to)}`);
  });

  it("draws behaviours by their weights", () => {
    const workers = all(buildPlan(example, { workers: 5000 }));
    for (const [name, { weight }] of Object.entries(behavioursOf(example))) {
      const share = workers.filter(({ behaviour }) => behaviour === name).length / workers.length;
      assert.ok(Math.abs(share - weight) < 0.02, `${name}: ${share}`);
    }
  });

  it("plans only what its behaviour and the file allow", () => {
    const whole = (ms: number): boolean => Math.round(ms * 1000) / 1000 === ms;
    for (const worker of all(buildPlan(example, { seed: 9, workers: 1000 }))) {
      const { behaviour, arriveAt, onboarding, task, disconnect } = worker;
      assert.ok(onboarding);
      assert.equal(task === undefined, !onboarding.passes);
      assert.ok(onboarding.actions.length <= 2);
      for (const { actions, at: end } of [
        { ...onboarding, at: onboarding.submitAt },
        ...(task ? [{ actions: task.actions, at: task.end.at }] : []),
      ]) {
        const times = [...actions.map(({ at }) => at), end];
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        );
        assert.ok(times.every(whole));
      }
      if (task) {
        assert.equal(task.end.kind, { calm: "submit", storm: "submit", flaky: "return", silent: "idle" }[behaviour]);
        const count = task.actions.length;
        assert.ok(
          { calm: count >= 2 && count <= 6, storm: count === 10, flaky: count === 3, silent: count === 1 }[behaviour],
        );
        if (behaviour === "calm")
          assert.ok(task.actions.every(({ payloadBytes }) => Number.isInteger(payloadBytes) && payloadBytes <= 100));
      }
      if (behaviour === "calm" || behaviour === "silent") assert.equal(disconnect, undefined);
      if (disconnect?.since === "run") {
        assert.equal(behaviour, "storm");
        assert.ok(disconnect.at >= 3000 && disconnect.at <= 5000 && disconnect.at >= arriveAt);
        assert.equal(disconnect.detectionDelay, 100);
        if (disconnect.reconnect) {
          assert.ok(disconnect.reconnect.after <= 1000);
          assert.equal(disconnect.reconnect.task === undefined, task === undefined);
        }
      }
      if (disconnect?.since === "task") {
        assert.equal(behaviour, "flaky");
        assert.ok(task && disconnect.at >= (task.actions[0]?.at ?? Infinity) && disconnect.at <= task.end.at);
        assert.equal(disconnect.reconnect, undefined);
      }
    }
  });

  it("has some of everything that the file allows", () => {
    const workers = all(buildPlan(example, { seed: 9, workers: 1000 }));
    const some = {
      failedOnboarding: workers.some(({ onboarding }) => onboarding?.passes === false),
      duplicate: workers.some(({ task }) => task?.actions.some(({ duplicate }) => duplicate)),
      windowDrop: workers.some(({ disconnect }) => disconnect?.since === "run"),
      actionDrop: workers.some(({ disconnect }) => disconnect?.since === "task"),
      comesBack: workers.some(({ disconnect }) => disconnect?.reconnect?.task),
      staysAway: workers.some(
        ({ behaviour, disconnect }) => behaviour === "storm" && disconnect && !disconnect.reconnect,
      ),
    };
    for (const [what, found] of Object.entries(some)) assert.ok(found, what);
  });

  it("stretches the run's timeline, and nobody's own", () => {
    const usual = buildPlan(example, { workers: 300 });
    const longer = buildPlan(example, { workers: 300, durationMs: 3 * usual.arrivalsMs });
    assert.deepEqual([usual.arrivalsMs, usual.scheduleMs], [4000, 5000]);
    assert.deepEqual([longer.arrivalsMs, longer.scheduleMs], [12_000, 15_000]);
    for (const [index, worker] of all(usual).entries()) {
      const stretched = longer.worker(index);
      assert.deepEqual([stretched.task, stretched.onboarding], [worker.task, worker.onboarding]);
      assert.ok(Math.abs(stretched.arriveAt - 3 * worker.arriveAt) < 0.01);
      if (worker.disconnect?.since === "run")
        assert.ok(Math.abs((stretched.disconnect?.at ?? 0) - 3 * worker.disconnect.at) < 0.01);
    }
  });

  it("refuses what is out of range", () => {
    for (const options of [
      { seed: -1 },
      { seed: 0.5 },
      { workers: 0 },
      { workers: 1.5 },
      { durationMs: 0 },
      { durationMs: -5 },
      { durationMs: Infinity },
    ]) {
      assert.throws(() => buildPlan(example, options), RangeError);
    }
    const plan = buildPlan(example);
    for (const index of [-1, plan.workers, 0.5]) assert.throws(() => plan.worker(index), RangeError);
  });
});
