import assert from "node:assert/strict";
import { test } from "node:test";
import { createProgressWatchdog } from "../../../../dist/load/run/progress-watchdog.js";

test("who comes nearer to the end is waited for, whatever time it takes; who does not is given up", () => {
  let now = 0;
  const watchdog = createProgressWatchdog({ now: () => now }, 5000);
  now = 1_000_000;
  assert.equal(watchdog.isStalled(3), false, "nobody has begun to count");
  watchdog.start(now);
  for (let left = 100; left > 0; left--) {
    now += 4000;
    assert.equal(watchdog.isStalled(left), false);
  }
  now += 5000;
  assert.equal(watchdog.isStalled(1), false);
  now += 1;
  assert.equal(watchdog.isStalled(1), true);
});

test("a turn that took longer than the patience and ended something is progress", () => {
  let now = 0;
  const watchdog = createProgressWatchdog({ now: () => now }, 5000);
  watchdog.start(0);
  assert.equal(watchdog.isStalled(10), false);
  now = 60_000;
  assert.equal(watchdog.isStalled(9), false);
  now = 120_000;
  assert.equal(watchdog.isStalled(9), true);
});

test("more to do than before is no progress", () => {
  let now = 0;
  const watchdog = createProgressWatchdog({ now: () => now }, 5000);
  watchdog.start(0);
  assert.equal(watchdog.isStalled(1), false);
  now = 4000;
  assert.equal(watchdog.isStalled(2), false);
  now = 6000;
  assert.equal(watchdog.isStalled(1), true);
});

test("it begins at the earliest of the times that it was told", () => {
  let now = 0;
  const watchdog = createProgressWatchdog({ now: () => now }, 5000);
  watchdog.start(20_000);
  assert.equal(watchdog.isStalled(1), false);
  now = 10_000;
  watchdog.start(now);
  now = 15_001;
  assert.equal(watchdog.isStalled(1), true);
});
