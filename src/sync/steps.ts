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
   * Starts waiting without blocking; calls `resume` or `fail` once, at once or later, on this thread. Throws, and calls
   * neither, if it cannot start.
   */
  start(resume: (value: T) => void, fail: (error: unknown) => void): void;
}

/** A computation that may wait and ends with a `T`. Delegate to one with `yield*`. */
export type Steps<T> = Generator<Wait<unknown>, T, unknown>;

/** Waits for `what` inside a Steps function: `const value = yield* wait(what)`. */
export function* wait<T>(what: Wait<T>): Steps<T> {
  return (yield what) as T;
}

/** A wait that is over before it starts. */
export function ready<T>(value: T): Wait<T> {
  return { block: () => value, start: (resume) => resume(value) };
}

/** A wait that has failed before it starts. */
export function failed<T>(error: unknown): Wait<T> {
  return {
    block: () => {
      throw error;
    },
    start: (_resume, fail) => fail(error),
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
  return new Promise((resolve, reject) => what.start(resolve, reject));
}

/**
 * Runs `steps` without blocking and without a promise: `done` or `failed` is called once, from the turn in which they end.
 * A wait that resumes at once does not deepen the stack, so a loop over ready waits runs in constant stack space.
 */
export function spawn<T>(steps: Steps<T>, done: (value: T) => void, onError: (error: unknown) => void): void {
  let running = false;
  /** What a wait that resumed during `start` left for the loop below. */
  let inbox: { value: unknown; threw: boolean } | undefined;

  const resume = (value: unknown, threw: boolean): void => {
    if (running) {
      inbox = { value, threw };
      return;
    }
    running = true;
    let input: { value: unknown; threw: boolean } | undefined = { value, threw };
    while (input !== undefined) {
      let next: IteratorResult<Wait<unknown>, T>;
      try {
        next = input.threw ? steps.throw(input.value) : steps.next(input.value);
      } catch (error) {
        running = false;
        onError(error);
        return;
      }
      if (next.done) {
        running = false;
        done(next.value);
        return;
      }
      inbox = undefined;
      try {
        next.value.start(onValue, onFailure);
      } catch (error) {
        inbox = { value: error, threw: true };
      }
      input = inbox;
    }
    running = false;
  };
  const onValue = (value: unknown): void => resume(value, false);
  const onFailure = (error: unknown): void => resume(error, true);
  resume(undefined, false);
}
