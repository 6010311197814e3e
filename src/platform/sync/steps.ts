/**
 * Steps: code that may wait, written once and driven in several ways.
 *
 * A function that has to wait is a generator which yields {@link Wait}s. Who runs it decides what waiting means:
 *
 * - {@link block} blocks the thread (`Atomics.wait`), as the seed's `threading.Event.wait` does;
 * - {@link suspend} gives the thread back and continues later, so one thread carries many thousands of agents;
 * - the virtual engine runs it under a simulated clock, the explorer under a controlled schedule.
 *
 * No logic is written twice, and nothing between two waits can be interrupted by another coroutine of the same thread.
 */

/** One thing to wait for. Exactly one of `block` and `start` is called, once. */
export interface Wait<T> {
  /** Blocks this thread until the value is there. Throws what the wait failed with. */
  block(): T;
  /**
   * Starts waiting without blocking; resumes or fails the waiter once, at once or later, on this thread. Throws, and does
   * neither, if it cannot start.
   */
  start(waiter: Waiter<T>): void;
}

/** Who waits without blocking. An object rather than two functions, because very many wait at once, and each function takes memory. */
export interface Waiter<T> {
  /** The wait is over. */
  resume(value: T): void;
  /** The wait has failed. */
  fail(error: unknown): void;
}

/** A computation that may wait and ends with a `T`. Delegate to one with `yield*`. */
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

/** Runs `steps` to their end, blocking this thread at every wait. Throws what they throw. */
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

/** Runs `steps` without blocking; rejects with what they throw. */
export function suspend<T>(steps: Steps<T>): Promise<T> {
  return new Promise((resolve, reject) => spawn(steps, resolve, reject));
}

/** Waits for one thing without blocking. */
export function suspendOn<T>(what: Wait<T>): Promise<T> {
  return new Promise((resume, fail) => what.start({ resume, fail }));
}

/**
 * Runs `steps` without blocking and without a promise: `done` or `failed` is called once, from the turn in which they end.
 * A wait that resumes at once does not deepen the stack, so a loop over ready waits runs in constant stack space.
 */
export function spawn<T>(steps: Steps<T>, done: (value: T) => void, failed: (error: unknown) => void): void {
  new RunningSteps(steps, done, failed).resume(undefined);
}

/** Steps under way. */
class RunningSteps<T> implements Waiter<unknown> {
  #running = false;
  /** What a wait that was over during `start` leaves for the loop that started it. */
  #early: { readonly value: unknown; readonly threw: boolean } | undefined;

  constructor(
    private readonly steps: Steps<T>,
    private readonly done: (value: T) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  resume(value: unknown): void {
    if (this.#running) this.#early = { value, threw: false };
    else this.#run(value, false);
  }

  fail(error: unknown): void {
    if (this.#running) this.#early = { value: error, threw: true };
    else this.#run(error, true);
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
