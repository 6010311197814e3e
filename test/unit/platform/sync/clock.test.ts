/** Clocks that jump. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_MS } from "../../../../dist/load/scenario/scenario-limits.js";
import { newClockOffset, shiftClock, shiftedClock } from "../../../../dist/platform/sync/index.js";

test("a shifted clock is ahead by the sum of all jumps, to the microsecond, in every thread, and never goes back", () => {
  const anyJump = fc.integer({ min: 0, max: MAX_MS * 1000 }).map((micros) => micros / 1000);
  fc.assert(
    fc.property(fc.array(anyJump, { maxLength: 100 }), (jumps) => {
      const offset = newClockOffset();
      const clocks = [shiftedClock(offset, { now: () => 0 }), shiftedClock(offset, { now: () => 0 })];
      let micros = 0;
      for (const jump of jumps) {
        shiftClock(offset, jump);
        micros += Math.round(jump * 1000);
        for (const clock of clocks) assert.equal(clock.now(), micros / 1000);
      }
    }),
  );
});

test("a clock is not put back", () => {
  for (const ms of [-1, NaN, Infinity]) assert.throws(() => shiftClock(newClockOffset(), ms), RangeError);
});
