/**
 * Steps: code that may wait, written once and driven in several ways.
 *
 * A function that has to wait is a generator which yields {@link Wait}s. Its driver decides how it waits:
 *
 * - {@link block} blocks the thread (`Atomics.wait`), as the original's `threading.Event.wait` does;
 * - {@link suspend} releases the thread and continues later, so one thread carries many thousands of agents;
 * - the virtual engine runs it under a simulated clock, the explorer under a controlled schedule.
 *
 * No logic is written twice, and nothing between two waits can be interrupted by another coroutine of the same thread.
 */
import { assert, AssertionError } from "../../vocabulary/index.js";

/** Something to wait for. Exactly one of `block` and `start` is called, once. */
export interface Wait<T> {
  /** Blocks this thread until the value is available. Throws the error with which the wait failed. */
  block(): T;
  /**
   * Starts waiting without blocking; resumes or fails the waiter once, at once or later, on this thread. Throws, and
   * does neither, if it cannot start.
   */
  start(waiter: Waiter<T>): void;
}

/**
 * Continues after a wait without blocking. One object, not two functions, because there are very many and each function
 * takes memory.
 */
export interface Waiter<T> {
  /** The wait is over. */
  resume(value: T): void;
  /** The wait has failed. */
  fail(error: unknown): void;
}

/** A computation that may wait and returns a `T`. Delegate to it with `yield*`. */
export type Steps<T> = Generator<Wait<unknown>, T, unknown>;

/** Waits for `what` inside a Steps function: `const value = yield* wait(what)`. */
export function* wait<T>(what: Wait<T>): Steps<T> {
  return (yield what) as T;
}

/** A wait that is over before it starts. */
export function ready<T>(value: T): Wait<T> {
  return { block: () => value, start: (waiter) => waiter.resume(value) };
}

/** A wait that has failed before it starts. */
export function failed<T>(error: unknown): Wait<T> {
  return {
    block: () => {
      throw error;
    },
    start: (waiter) => waiter.fail(error),
  };
}

/** A wait for coroutines alone: it would never end while this thread is blocked. */
export function suspendedWait<T>(start: (waiter: Waiter<T>) => void): Wait<T> {
  return { start, block: neverBlock };
}

/** A wait for coroutines that is over once `promise` is settled. */
export function untilSettled<T>(promise: Promise<T>): Wait<T> {
  return suspendedWait(
    (waiter) =>
      void promise.then(
        (value) => waiter.resume(value),
        (error: unknown) => waiter.fail(error),
      ),
  );
}

function neverBlock(): never {
  throw new AssertionError("a wait that only this thread can end must not block it");
}

/** Runs `steps` to their end, blocking this thread at every wait. Throws the errors of the steps. */
export function block<T>(steps: Steps<T>): T {
  let next = steps.next();
  while (!next.done) {
    let value: unknown;
    try {
      value = next.value.block();
    } catch (error) {
      next = steps.throw(error);
      continue;
    }
    next = steps.next(value);
  }
  return next.value;
}

/** Runs `steps` without blocking; rejects with the errors of the steps. */
export function suspend<T>(steps: Steps<T>): Promise<T> {
  return new Promise((resolve, reject) => spawn(steps, resolve, reject));
}

/** Waits for `what` without blocking. */
export function suspendOn<T>(what: Wait<T>): Promise<T> {
  return new Promise((resume, fail) => what.start({ resume, fail }));
}

/**
 * Runs `steps` without blocking and without a promise: `done` or `failed` is called once, from the turn in which they
 * end. A wait that resumes at once does not deepen the stack, so a loop over ready waits runs in constant stack space.
 */
export function spawn<T>(steps: Steps<T>, done: (value: T) => void, failed: (error: unknown) => void): void {
  new RunningSteps(steps, done, failed).resume(undefined);
}

/** Steps under way. */
class RunningSteps<T> implements Waiter<unknown> {
  #running = false;
  /** The result of a wait that ended during `start`, for the loop that started it. */
  #early: { readonly value: unknown; readonly threw: boolean } | undefined;

  constructor(
    private readonly steps: Steps<T>,
    private readonly done: (value: T) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  resume(value: unknown): void {
    if (this.#running) this.#endEarly({ value, threw: false });
    else this.#run(value, false);
  }

  fail(error: unknown): void {
    if (this.#running) this.#endEarly({ value: error, threw: true });
    else this.#run(error, true);
  }

  #endEarly(outcome: { readonly value: unknown; readonly threw: boolean }): void {
    assert(this.#early === undefined, "a wait was resumed twice");
    this.#early = outcome;
  }

  #run(value: unknown, threw: boolean): void {
    this.#running = true;
    for (
      let input: { readonly value: unknown; readonly threw: boolean } | undefined = { value, threw };
      input !== undefined;
      input = this.#early
    ) {
      let next: IteratorResult<Wait<unknown>, T>;
      try {
        next = input.threw ? this.steps.throw(input.value) : this.steps.next(input.value);
      } catch (error) {
        this.#running = false;
        this.failed(error);
        return;
      }
      if (next.done) {
        this.#running = false;
        this.done(next.value);
        return;
      }
      this.#early = undefined;
      try {
        next.value.start(this);
      } catch (error) {
        this.#early = { value: error, threw: true };
      }
    }
    this.#running = false;
  }
}
