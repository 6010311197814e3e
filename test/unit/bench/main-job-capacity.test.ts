/** The search for the capacity of the main job. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findCapacity } from "../../../dist/bench/main-job-capacity.js";

const BOUNDS = { start: 100, least: 10, most: 6400, precision: 1.25 };

/** A machine on which so many workers pass, and each costs 1 ms. */
function machine(capacity: number) {
  const tried: number[] = [];
  const run = (workers: number) => {
    tried.push(workers);
    const cost = { cpuMs: workers, workers, updates: 10 * workers };
    return Promise.resolve(
      workers <= capacity ? ({ outcome: "passed", cost } as const) : ({ outcome: "failed" } as const),
    );
  };
  return { tried, run };
}

test("the capacity is found, with the cost of the runs that passed", async () => {
  for (const capacity of [10, 57, 100, 101, 999, 6000]) {
    const { run, tried } = machine(capacity);
    const found = await findCapacity(BOUNDS, run);
    assert.ok(found !== undefined && found.workers <= capacity && capacity < found.workers * 1.25 + 1, `${capacity}`);
    assert.equal(found.runs.length, tried.filter((workers) => workers === found.workers).length);
    assert.ok(found.runs.every(({ cpuMs }) => cpuMs === found.workers));
  }
});

test("a search in which all pass gives the most, and one in which none passes nothing", async () => {
  assert.equal((await findCapacity(BOUNDS, machine(1e6).run))?.workers, BOUNDS.most);
  assert.equal(await findCapacity(BOUNDS, machine(5).run), undefined);
});
