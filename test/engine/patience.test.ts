import assert from "node:assert/strict";
import { test } from "node:test";
import { createPatience } from "../../dist/engine/patience.js";

test("who comes nearer to the end is waited for, whatever time it takes; who does not is given up", () => {
  let now = 0;
  const patience = createPatience({ now: () => now }, 5000);
  now = 1_000_000;
  assert.equal(patience.isOver(3), false, "nobody has begun to count");
  patience.begin(now);
  for (let left = 100; left > 0; left--) {
    now += 4000;
    assert.equal(patience.isOver(left), false);
  }
  now += 5000;
  assert.equal(patience.isOver(1), false);
  now += 1;
  assert.equal(patience.isOver(1), true);
});

test("a turn that took longer than the patience and ended something is progress", () => {
  let now = 0;
  const patience = createPatience({ now: () => now }, 5000);
  patience.begin(0);
  assert.equal(patience.isOver(10), false);
  now = 60_000;
  assert.equal(patience.isOver(9), false);
  now = 120_000;
  assert.equal(patience.isOver(9), true);
});

test("more to do than before is no progress", () => {
  let now = 0;
  const patience = createPatience({ now: () => now }, 5000);
  patience.begin(0);
  assert.equal(patience.isOver(1), false);
  now = 4000;
  assert.equal(patience.isOver(2), false);
  now = 6000;
  assert.equal(patience.isOver(1), true);
});

test("it begins at the earliest of the times that it was told", () => {
  let now = 0;
  const patience = createPatience({ now: () => now }, 5000);
  patience.begin(20_000);
  assert.equal(patience.isOver(1), false);
  now = 10_000;
  patience.begin(now);
  now = 15_001;
  assert.equal(patience.isOver(1), true);
});
