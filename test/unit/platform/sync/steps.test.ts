/** The drivers of Steps: `block`, `suspend` and `spawn` have the same results. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  block,
  failed,
  ready,
  spawn,
  suspend,
  suspendOn,
  wait,
  type Steps,
  type Wait,
} from "../../../../dist/platform/sync/index.js";

/** A wait that ends in a later turn of the event loop. */
function later<T>(value: T): Wait<T> {
  return { block: () => value, start: (waiter) => void setImmediate(() => waiter.resume(value)) };
}

/** A wait that throws when it starts. */
function unstartable(error: unknown): Wait<never> {
  const fail = (): never => {
    throw error;
  };
  return { block: fail, start: fail };
}

interface Move {
  readonly what: "ready" | "later" | "failed" | "unstartable" | "throw";
  readonly value: number;
  readonly caught: boolean;
}

const anyMoves = fc.array(
  fc.record<Move>({
    what: fc.constantFrom("ready", "later", "ready", "later", "failed", "unstartable", "throw"),
    value: fc.nat(100),
    caught: fc.boolean(),
  }),
  { maxLength: 30 },
);

/** The sum of the moves' values. A caught failure counts as its negative value. */
function* program(moves: readonly Move[]): Steps<number> {
  let sum = 0;
  for (const { what, value, caught } of moves) {
    try {
      switch (what) {
        case "ready":
          sum += yield* wait(ready(value));
          break;
        case "later":
          sum += yield* wait(later(value));
          break;
        case "failed":
          yield* wait(failed(value));
          break;
        case "unstartable":
          yield* wait(unstartable(value));
          break;
        case "throw":
          throw new Error(`move ${value}`);
      }
    } catch (error) {
      if (!caught) throw error;
      sum -= value;
    }
  }
  return sum;
}

type Outcome = { readonly value: number } | { readonly error: unknown };

function blocked(steps: Steps<number>): Outcome {
  try {
    return { value: block(steps) };
  } catch (error) {
    return { error };
  }
}

function spawned(steps: Steps<number>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  return new Promise((resolve) => {
    const ended = (outcome: Outcome): void => {
      outcomes.push(outcome);
      // Two more turns of the event loop, to find a second end.
      setImmediate(() => setImmediate(() => resolve(outcomes)));
    };
    spawn(
      steps,
      (value) => ended({ value }),
      (error) => ended({ error }),
    );
  });
}

test("block, suspend and spawn have the same result, or throw the same error", async () => {
  await fc.assert(
    fc.asyncProperty(anyMoves, async (moves) => {
      const expected = blocked(program(moves));
      const suspended = await suspend(program(moves)).then(
        (value): Outcome => ({ value }),
        (error: unknown): Outcome => ({ error }),
      );
      assert.deepEqual(suspended, expected);
      assert.deepEqual(await spawned(program(moves)), [expected]);
    }),
    { numRuns: 200 },
  );
});

test("a loop over ready waits does not grow the stack", async () => {
  function* count(to: number): Steps<number> {
    let sum = 0;
    for (let i = 0; i < to; i++) sum += yield* wait(i % 1000 === 0 ? later(1) : ready(1));
    return sum;
  }
  assert.equal(block(count(200_000)), 200_000);
  assert.equal(await suspend(count(200_000)), 200_000);
});

test("a wait that fails later is thrown into the generator", async () => {
  const fails: Wait<number> = {
    block: () => assert.fail("not blocked"),
    start: (waiter) => void setImmediate(() => waiter.fail(new RangeError("later"))),
  };
  function* caught(): Steps<string> {
    try {
      yield* wait(fails);
      return "not reached";
    } catch (error) {
      return error instanceof RangeError ? error.message : "something else";
    }
  }
  assert.equal(await suspend(caught()), "later");
  await assert.rejects(suspendOn(fails), RangeError);
});

test("spawn runs up to the first wait before it returns", () => {
  const done: number[] = [];
  spawn(
    program([{ what: "ready", value: 3, caught: false }]),
    (value) => done.push(value),
    (error) => assert.fail(String(error)),
  );
  assert.deepEqual(done, [3]);
});
