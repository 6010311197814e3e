/** The timer queue, compared with a sorted array. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TimerQueue, type Timeout, type Timer } from "../../../../dist/platform/sync/index.js";

/** Timeouts of a few durations, as in practice, or of more than there are rows; and a clock that may go back. */
const anyTimeout = fc.record({
  kind: fc.constant("timeout" as const),
  ms: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(3, 5, 2.5) }, { weight: 1, arbitrary: fc.nat(30) }),
  passed: fc.oneof({ weight: 9, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.integer({ min: -5, max: -1 }) }),
});

const anyOperation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("add" as const), due: fc.nat(20) }) },
  { weight: 5, arbitrary: anyTimeout },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("cancel" as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("take" as const), now: fc.nat(20) }) },
);

function newTimeout(due: number): Timeout {
  return { due, fire: () => undefined, place: -1, order: 0, row: undefined, earlier: undefined, later: undefined };
}

test("timers fire by due time, then in the order of addition, also after cancellations", () => {
  fc.assert(
    fc.property(fc.array(anyOperation, { maxLength: 200 }), (operations) => {
      const queue = new TimerQueue();
      const made: Timer[] = [];
      let model: Timer[] = [];
      let now = 0;
      for (const operation of operations) {
        switch (operation.kind) {
          case "add": {
            const timer: Timer = { due: operation.due, fire: () => undefined, place: -1, order: 0 };
            queue.add(timer);
            made.push(timer);
            model = [...model, timer].sort((a, b) => a.due - b.due);
            break;
          }
          case "timeout": {
            now += operation.passed;
            const timeout = newTimeout(now + operation.ms);
            queue.addTimeout(timeout, operation.ms);
            made.push(timeout);
            model = [...model, timeout].sort((a, b) => a.due - b.due);
            break;
          }
          case "cancel": {
            // A timer that was taken or cancelled before may be cancelled again, without effect.
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
    { numRuns: 500 },
  );
});

test("a timeout that was cancelled or has fired may be added again", () => {
  const queue = new TimerQueue();
  const [first, second] = [newTimeout(3), newTimeout(3)];
  queue.addTimeout(first, 3);
  queue.addTimeout(second, 3);
  queue.cancel(first);
  queue.cancel(first);
  queue.addTimeout(first, 3);
  assert.equal(queue.size, 2);
  assert.equal(queue.takeDue(3), second);
  assert.equal(queue.takeDue(3), first);
  queue.addTimeout(second, 3);
  assert.equal(queue.takeDue(3), second);
  assert.equal(queue.size, 0);
});

test("a timer that another adds fires at the next call, however early it is due, and delays no other", () => {
  const queue = new TimerQueue();
  const fired: string[] = [];
  const add = (name: string, due: number, fire: () => void = () => undefined): Timer => {
    const timer: Timer = {
      due,
      fire() {
        fired.push(name);
        fire();
      },
      place: -1,
      order: 0,
    };
    queue.add(timer);
    return timer;
  };
  const repeat = (): void => void add("again", 1, repeat);
  add("again", 1, repeat);
  add("other", 5);
  assert.equal(queue.fireDue(0), false);
  assert.equal(queue.fireDue(5), true);
  assert.deepEqual(fired, ["again", "other"]);
  assert.equal(queue.size, 1);
  assert.equal(queue.fireDue(5), true);
  assert.deepEqual(fired, ["again", "other", "again"]);
});

test("a due timer that another cancels does not fire, and may be added again", () => {
  const queue = new TimerQueue();
  const fired: string[] = [];
  const timer = (name: string, due: number, fire: () => void): Timer => ({
    due,
    fire() {
      fired.push(name);
      fire();
    },
    place: -1,
    order: 0,
  });
  const cancelled = timer("cancelled", 2, () => undefined);
  const moved = timer("moved", 3, () => undefined);
  queue.add(
    timer("first", 1, () => {
      queue.cancel(cancelled);
      queue.cancel(moved);
      queue.add(moved);
    }),
  );
  queue.add(cancelled);
  queue.add(moved);
  queue.fireDue(3);
  assert.deepEqual(fired, ["first"]);
  queue.fireDue(3);
  assert.deepEqual(fired, ["first", "moved"]);
  assert.equal(queue.size, 0);
});

test("a timer that throws does not affect the others", () => {
  const queue = new TimerQueue();
  const fired: number[] = [];
  for (const due of [1, 2, 3]) {
    queue.add({
      due,
      fire() {
        if (due === 2) throw new Error("two");
        fired.push(due);
      },
      place: -1,
      order: 0,
    });
  }
  assert.throws(() => queue.fireDue(3), /^Error: two$/);
  assert.deepEqual([fired, queue.size], [[1], 1]);
  queue.fireDue(3);
  assert.deepEqual(fired, [1, 3]);
});
