/**
 * Event, compared with CPython's `threading.Event` in one thread, and its timeouts, with a clock that the test sets.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Arena, manualDriver, takeControl, type Clock, type Event } from "../../../dist/platform/sync/index.js";
import { notLost } from "../../support/sync/support.js";

interface ManualClock extends Clock {
  time: number;
}

function manualClock(): ManualClock {
  const clock = { time: 1000, now: () => clock.time };
  return clock;
}

/** An arena whose reactor's turns the test takes. */
function manualArena(clock: Clock): Arena {
  return Arena.create({ slots: 4, ringBytes: 64, clock, driver: manualDriver });
}

/** The results of the waiters; undefined while they wait. */
function watch(event: Event, timeouts: readonly number[]): (boolean | undefined)[] {
  const results: (boolean | undefined)[] = timeouts.map(() => undefined);
  for (const [i, timeout] of timeouts.entries()) {
    event.waiting(timeout).start({
      resume(raised) {
        assert.equal(results[i], undefined, "resumed once");
        results[i] = raised;
      },
      fail: (error) => assert.fail(String(error)),
    });
  }
  return results;
}

const DOES_NOT_WAIT = [0, -0, -1, -0.5, -Infinity, NaN];

test("in one thread an event is a flag, and a wait with a timeout of 0 returns it", () => {
  const anyOperation = fc.constantFrom("set", "clear", "wait", "waiting");
  fc.assert(
    fc.property(
      fc.array(anyOperation, { maxLength: 60 }),
      fc.constantFrom(0, 2 ** 31 - 3, 2 ** 32 - 6),
      (operations, state) => {
        const arena = manualArena(manualClock());
        const slot = arena.slot(3);
        const event = slot.event("wantsAction");
        const others = [slot.event("didSubmit"), slot.event("hasUpdatedStatus"), slot.event("hasLiveUpdate")];
        const handle = Arena.attach(arena.shared).slot(3).event("wantsAction");
        Atomics.store(arena.cells, event.watchers - 1, state & ~1);
        let flag = false;
        for (const operation of operations) {
          if (operation === "set" || operation === "clear") {
            event[operation]();
            flag = operation === "set";
          } else {
            for (const timeout of DOES_NOT_WAIT) {
              if (operation === "wait") assert.equal(handle.wait(timeout), flag);
              else assert.deepEqual(watch(event, [timeout]), [flag]);
            }
            if (flag) assert.equal(handle.wait(), true);
          }
          assert.equal(event.isSet(), flag);
          assert.equal(handle.isSet(), flag);
          for (const other of others) assert.equal(other.isSet(), false);
          assert.ok(arena.reactor.isIdle);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("coroutines: a wait ends when its timeout has passed and not before, to fractions of a millisecond", () => {
  const clock = manualClock();
  const arena = manualArena(clock);
  const results = watch(arena.slot(0).event("didSubmit"), [0.25, 2, 0.5, Infinity]);
  for (const [time, expected] of [
    [1000.2, [undefined, undefined, undefined, undefined]],
    [1000.25, [false, undefined, undefined, undefined]],
    [1000.5, [false, undefined, false, undefined]],
    [1002, [false, false, false, undefined]],
    [1e15, [false, false, false, undefined]],
  ] as const) {
    clock.time = time;
    arena.reactor.turn();
    assert.deepEqual(results, expected);
  }
  assert.deepEqual([arena.reactor.waiting, arena.reactor.timers.size], [1, 0]);
});

test("coroutines: an error of one when it is resumed does not affect the others", () => {
  const arena = manualArena(manualClock());
  const resumed: string[] = [];
  const wait = (slot: number, name: string): void => {
    const resume = (): void => {
      resumed.push(name);
      if (name.startsWith("throws")) throw new Error(name);
    };
    arena
      .slot(slot)
      .event("didSubmit")
      .waiting()
      .start({ resume, fail: (error) => assert.fail(String(error)) });
  };
  wait(0, "throws");
  wait(1, "first of two");
  wait(1, "throws too");
  wait(1, "last of two");
  wait(2, "other");
  for (const slot of [0, 1, 2]) arena.slot(slot).event("didSubmit").set();
  assert.throws(() => arena.reactor.turn(), /^Error: throws$/);
  assert.throws(() => arena.reactor.turn(), /^Error: throws too$/);
  arena.reactor.turn();
  assert.deepEqual(resumed, ["throws", "first of two", "throws too", "last of two", "other"]);
  assert.equal(arena.reactor.waiting, 0);
});

test("coroutines: the waiters of one event, compared with a list, through sets, clears, notifications and time", () => {
  const anyOperation = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("wait" as const),
        timeout: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(Infinity)),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "set" as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: "clear" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "notifyAll" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "spurious wake-up" as const }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("turn" as const), passed: fc.nat(4) }) },
  );
  fc.assert(
    fc.property(fc.array(anyOperation, { maxLength: 80 }), (operations) => {
      const clock = manualClock();
      const arena = manualArena(clock);
      const setter = Arena.attach(arena.shared);
      const event = arena.slot(1).event("didSubmit");
      const elsewhere = setter.slot(1).event("didSubmit");
      let model: { name: number; due: number; raised: boolean }[] = [];
      const results: [number, boolean][] = [];
      const expected: [number, boolean][] = [];
      for (const [name, operation] of operations.entries()) {
        switch (operation.kind) {
          case "wait":
            if (event.isSet()) expected.push([name, true]);
            else model.push({ name, due: clock.time + operation.timeout, raised: false });
            event
              .waiting(operation.timeout)
              .start({ resume: (raised) => results.push([name, raised]), fail: (error) => assert.fail(String(error)) });
            break;
          case "set":
          case "notifyAll":
            elsewhere[operation.kind]();
            for (const waiter of model) waiter.raised = true;
            break;
          case "clear":
            elsewhere.clear();
            break;
          case "spurious wake-up":
            setter.signalThreads(1 << arena.thread, event.id);
            break;
          case "turn": {
            clock.time += operation.passed;
            for (const waiter of model) if (waiter.raised) expected.push([waiter.name, true]);
            model = model.filter(({ raised }) => !raised);
            const due = model.filter((waiter) => waiter.due <= clock.time).sort((a, b) => a.due - b.due);
            for (const { name } of due) expected.push([name, false]);
            model = model.filter((waiter) => waiter.due > clock.time);
            arena.reactor.turn();
            break;
          }
        }
        assert.deepEqual(results, expected);
        assert.equal(arena.reactor.waiting, model.length);
        assert.equal(arena.reactor.timers.size, model.filter(({ due }) => due !== Infinity).length);
      }
    }),
    { numRuns: 300 },
  );
});

/** Runs `wait`. Whenever the thread would block, `machine` decides the result. */
function underControl<T>(machine: (timeoutMs: number) => "ok" | "not-equal" | "timed-out", wait: () => T): T {
  takeControl({
    before: () => undefined,
    notify: () => 0,
    wait: (_cells, _index, _expected, timeoutMs) => machine(timeoutMs),
  });
  try {
    return wait();
  } finally {
    takeControl(undefined);
  }
}

test("threads: after a spurious wake-up the wait continues with the remaining time", () => {
  const clock = manualClock();
  const event = manualArena(clock).slot(0).event("didSubmit");
  const asked: number[] = [];
  const result = underControl(
    (timeoutMs) => {
      asked.push(timeoutMs);
      clock.time += 0.75;
      return asked.length < 3 ? "ok" : "timed-out";
    },
    () => event.wait(2.5),
  );
  assert.equal(result, false);
  assert.deepEqual(asked, [2.5, 1.75, 1]);
});

test("threads: spurious wake-ups do not extend the timeout", () => {
  const clock = manualClock();
  const event = manualArena(clock).slot(0).event("didSubmit");
  let woken = 0;
  assert.equal(
    underControl(
      () => (woken++, (clock.time += 1), "ok"),
      () => event.wait(2.5),
    ),
    false,
  );
  assert.equal(woken, 3);
});

test("threads: a set that is cleared before the waiter wakes ends the wait with true, also after the timeout", () => {
  for (const outcome of ["ok", "not-equal", "timed-out"] as const) {
    const event = manualArena(manualClock()).slot(0).event("didSubmit");
    const result = underControl(
      () => {
        event.set();
        event.clear();
        return outcome;
      },
      () => event.wait(5),
    );
    assert.deepEqual([result, event.isSet()], [true, false]);
  }
});

test("threads: clearing does not end a wait", () => {
  const event = manualArena(manualClock()).slot(0).event("didSubmit");
  let slept = 0;
  const result = underControl(
    () => {
      if (++slept === 3) event.set();
      else event.clear();
      return "not-equal";
    },
    () => event.wait(),
  );
  assert.deepEqual([result, slept], [true, 3]);
});

test("real time: timeouts of any size, in a thread and in a coroutine", async () => {
  const arena = Arena.create({ slots: 1 });
  const event = arena.slot(0).event("didSubmit");
  assert.equal(event.wait(0.3), false);
  assert.equal(await event.waitAsync(0.3), false);
  const long = [1e9, 2 ** 31, 2 ** 53, Number.MAX_VALUE, Infinity].map((timeout) => event.waitAsync(timeout));
  setImmediate(() => event.set());
  assert.deepEqual(await notLost(Promise.all(long), "a waiter with a long timeout"), [true, true, true, true, true]);
  assert.ok(arena.reactor.isIdle);
});
