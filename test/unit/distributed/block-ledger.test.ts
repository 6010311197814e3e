/** Which blocks there are, and that each result is collected once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BlockLedger } from "../../../dist/distributed/coordinator/block-ledger.js";
import { BlockSize } from "../../../dist/distributed/coordinator/block-size.js";
import type { Block } from "../../../dist/distributed/messages.js";
import { InOrder } from "../../../dist/vocabulary/index.js";

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 50 });

/** All blocks of the ledger, cut in these sizes in turn. */
function cutAll(ledger: BlockLedger, given: readonly number[]): Block[] {
  const blocks: Block[] = [];
  for (let index = 0; ; index++) {
    const block = ledger.cut(given[index % given.length] ?? 1);
    if (block === undefined) return blocks;
    blocks.push(block);
  }
}

test("blocks cover the range once, whatever their sizes, their order and their repetitions", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 200 }), fc.infiniteStream(fc.nat()), (given, total, random) => {
      const range = { first: 5, last: 4 + total };
      const ledger = new BlockLedger(range);
      const blocks = cutAll(ledger, given);
      const arrivals = [...blocks, ...blocks]
        .map((block) => ({ block, at: random.next().value as number }))
        .sort((a, b) => a.at - b.at);
      const seen: number[] = [];
      const order = new InOrder<Block>(range.first, ({ first, last }) => {
        for (let place = first; place <= last; place++) seen.push(place);
      });
      for (const { block } of arrivals) if (ledger.enter(block, "digest") === "first") order.add(block);
      assert.deepEqual(
        seen,
        Array.from({ length: total }, (_, index) => range.first + index),
      );
      assert.ok(ledger.isWhole && ledger.open.size === 0);
    }),
  );
});

test("a ledger that is opened again has blocks for exactly what was not collected", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 200 }), fc.infiniteStream(fc.boolean()), (given, total, random) => {
      const range = { first: 0, last: total - 1 };
      const blocks = cutAll(new BlockLedger(range), given);
      const collected = blocks.filter(() => random.next().value === true).map((block) => ({ ...block, digest: "d" }));
      const again = new BlockLedger(range, collected);
      // Results that the earlier coordinator left in Redis count, too.
      const left = blocks.filter(() => random.next().value === true);
      again.adopt(left);
      for (const block of left) again.enter(block, "d");
      again.release();
      for (const block of cutAll(again, given)) assert.equal(again.enter(block, "d"), "first");
      assert.ok(again.isWhole);
      assert.equal(again.done, total);
    }),
  );
});

test("a block that nobody cut is not collected", () => {
  const ledger = new BlockLedger({ first: 1, last: 10 });
  assert.equal(ledger.enter({ first: 1, last: 3 }, "d"), "unknown");
  ledger.cut(5);
  assert.equal(ledger.enter({ first: 1, last: 3 }, "d"), "unknown");
  assert.equal(ledger.enter({ first: 1, last: 5 }, "d"), "first");
  assert.equal(ledger.enter({ first: 1, last: 5 }, "d"), "duplicate");
});

test("another result of the same block ends the job", () => {
  const ledger = new BlockLedger({ first: 1, last: 10 });
  ledger.cut(5);
  ledger.enter({ first: 1, last: 5 }, "a".repeat(64));
  assert.throws(() => ledger.enter({ first: 1, last: 5 }, "b".repeat(64)), {
    name: "DistributedError",
    message: /^1\.\.5 had two different results .*: the worker processes do not run the same code$/,
  });
});

test("blocks come to take a second, and the last ones are small", () => {
  const size = new BlockSize(10_000);
  for (let round = 0; round < 20; round++) size.measured(100, 500);
  assert.equal(size.next(1_000_000, 4), 200);
  assert.equal(size.next(80, 4), 10);
  assert.equal(size.next(1, 4), 1);
  for (let round = 0; round < 50; round++) size.measured(1, 60_000);
  assert.equal(size.next(1_000_000, 4), 1);
});
