/** The cost of a worker and an update, as the difference of two runs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { averageOf, differenceOf } from "../../../dist/bench/index.js";

const amount = fc.integer({ min: 1, max: 100_000 });

test("what both runs have alike is not in the cost", () => {
  fc.assert(
    fc.property(amount, amount, amount, amount, amount, (startMs, workerUs, workers, more, updatesEach) => {
      const run = (count: number) => ({
        cpuMs: startMs + (count * workerUs) / 1000,
        workers: count,
        updates: count * updatesEach,
      });
      const cost = differenceOf(run(workers), run(workers + more));
      assert.ok(Math.abs(cost.workerUs - workerUs) < 1e-3 * workerUs, `${cost.workerUs}, not ${workerUs}`);
      assert.ok(Math.abs(cost.updateUs * updatesEach - workerUs) < 1e-3 * workerUs);
    }),
  );
});

test("noise that makes the greater run cheaper gives 0, and a run that is not greater is an error", () => {
  const few = { cpuMs: 100, workers: 4, updates: 40 };
  assert.deepEqual(differenceOf(few, { cpuMs: 90, workers: 8, updates: 80 }), { workerUs: 0, updateUs: 0 });
  assert.throws(() => differenceOf(few, { ...few, cpuMs: 200 }), /assertion failed: the run of many workers/);
});

test("the cost of a floor is all of its time", () => {
  assert.deepEqual(averageOf({ cpuMs: 5, workers: 10, updates: 100 }), { workerUs: 500, updateUs: 50 });
});
