/** However a plan is split, its shards are the plan: each worker is in one of them, and does what it does alone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { buildPlan, loadScenario } from "../../../../../dist/load/scenario/index.js";
import {
  describeShard,
  isInShard,
  shardPlan,
  workersInShard,
} from "../../../../../dist/load/run/machines/plan-shards.js";

const machines = fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 12 });

describe("shards of a plan", () => {
  test("each worker is in exactly one shard, and the counts add up", () => {
    fc.assert(
      fc.property(machines, fc.integer({ min: 1, max: 2000 }), (threads, workers) => {
        const shards = shardPlan(threads);
        const owners = Array.from({ length: workers }, (_, index) => shards.filter((shard) => isInShard(shard, index)));
        assert.ok(owners.every(({ length }) => length === 1));
        for (const shard of shards)
          assert.equal(workersInShard(shard, workers), owners.filter(([owner]) => owner === shard).length);
      }),
    );
  });

  test("a thread of a shard takes workers of its shard alone, and the threads take all of them", () => {
    fc.assert(
      fc.property(machines, fc.integer({ min: 1, max: 500 }), (threads, workers) => {
        const taken = shardPlan(threads).flatMap((shard) =>
          Array.from({ length: shard.threads }, (_, nth) => shard.first + nth).flatMap((thread) => {
            const mine: number[] = [];
            for (let index = thread; index < workers; index += shard.of) mine.push(index);
            assert.ok(mine.every((index) => isInShard(shard, index)));
            return mine;
          }),
        );
        assert.deepEqual(
          taken.sort((a, b) => a - b),
          Array.from({ length: workers }, (_, index) => index),
        );
      }),
    );
  });

  test("machines carry as many workers as they have threads, to within one a thread", () => {
    fc.assert(
      fc.property(machines, fc.integer({ min: 1, max: 1_000_000 }), (threads, workers) => {
        for (const shard of shardPlan(threads)) {
          const fair = (workers * shard.threads) / shard.of;
          assert.ok(Math.abs(workersInShard(shard, workers) - fair) <= shard.threads);
        }
      }),
    );
  });

  test("a worker of the plan is the same whichever shards there are", () => {
    const { scenario } = loadScenario("steady");
    const alone = buildPlan(scenario, { workers: 60, seed: 5 });
    const shards = shardPlan([2, 1, 4]);
    for (const shard of shards) {
      const there = buildPlan(scenario, { workers: 60, seed: 5 });
      for (let index = 0; index < 60; index++)
        if (isInShard(shard, index)) assert.deepEqual(there.worker(index), alone.worker(index));
    }
  });

  test("a shard says which workers it has", () => {
    const [one, two] = shardPlan([1, 2]);
    assert.ok(one !== undefined && two !== undefined);
    assert.equal(describeShard(one, 7), "workers 0, 3, 6");
    assert.equal(describeShard(two, 100), "workers 1, 2, 4, 5, … (2 of every 3)");
  });
});
