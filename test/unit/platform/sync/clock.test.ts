/** Shifted clocks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_MS } from "../../../../dist/load/scenario/scenario-limits.js";
import { newClockOffset, shiftClock, shiftedClock } from "../../../../dist/platform/sync/index.js";

test("a shifted clock is ahead by the sum of all shifts, to the microsecond, in every thread", () => {
  const anyShift = fc.integer({ min: 0, max: MAX_MS * 1000 }).map((micros) => micros / 1000);
  fc.assert(
    fc.property(fc.array(anyShift, { maxLength: 100 }), (shifts) => {
      const offset = newClockOffset();
      const clocks = [shiftedClock(offset, { now: () => 0 }), shiftedClock(offset, { now: () => 0 })];
      let micros = 0;
      for (const ms of shifts) {
        shiftClock(offset, ms);
        micros += Math.round(ms * 1000);
        for (const clock of clocks) assert.equal(clock.now(), micros / 1000);
      }
    }),
  );
});

test("a clock cannot be shifted back", () => {
  for (const ms of [-1, NaN, Infinity]) assert.throws(() => shiftClock(newClockOffset(), ms), RangeError);
});
