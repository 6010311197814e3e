/** The timer queue against a sorted array. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TimerQueue, type Timer } from "../../dist/sync/index.js";

const anyOperation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("add" as const), due: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("cancel" as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("take" as const), now: fc.nat(20) }) },
);

test("timers come out by due time, then in the order of adding, whatever is cancelled in between", () => {
  fc.assert(
    fc.property(fc.array(anyOperation, { maxLength: 200 }), (operations) => {
      const queue = new TimerQueue();
      const made: Timer[] = [];
      let model: Timer[] = [];
      for (const operation of operations) {
        switch (operation.kind) {
          case "add": {
            const timer: Timer = { due: operation.due, fire: () => undefined, place: -1, order: 0 };
            queue.add(timer);
            made.push(timer);
            model = [...model, timer].sort((a, b) => a.due - b.due);
            break;
          }
          case "cancel": {
            // Also one that was taken or cancelled before: nothing may happen then.
            const timer = made[operation.pick % made.length];
            if (timer === undefined) break;
            queue.cancel(timer);
            model = model.filter((other) => other !== timer);
            break;
          }
          case "take": {
            const expected = model[0] !== undefined && model[0].due <= operation.now ? model.shift() : undefined;
            assert.equal(queue.takeDue(operation.now), expected);
            break;
          }
        }
        assert.equal(queue.size, model.length);
        assert.equal(queue.nextDue, model[0]?.due ?? Infinity);
      }
      while (model.length > 0) assert.equal(queue.takeDue(Infinity), model.shift());
      assert.equal(queue.takeDue(Infinity), undefined);
    }),
    { numRuns: 300 },
  );
});
