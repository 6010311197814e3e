/** The Steps of a recorded method that may wait. */
import { assert } from "../../vocabulary/index.js";
import type { Slot, Steps, Wait, Waiter } from "../../platform/sync/index.js";
import { nameOfError, type Call, type CallObserver, type RecordedHandle } from "./call-observer.js";
import type { Scalar } from "./history-format.js";

/** A method of handles of type `H` with an argument of type `A`, and what is recorded of its calls. */
export interface RecordedMethod<H, A, T> {
  /** Its index in {@link METHODS}. */
  readonly place: number;
  readonly method: (this: H, given: A) => Steps<T>;
  readonly argumentOf: (given: A) => Scalar;
  readonly resultOf: (value: T) => Scalar;
}

/**
 * A call, its Steps, and its present wait, which begins as part of the call. All this is one object and no generator,
 * because one is made for each update and lives as long as the wait for it. Steps that begin inside another call are
 * part of that call.
 */
export class RecordedSteps<H, A, T> implements Steps<T>, Wait<unknown>, Call {
  readonly slot: Slot;
  number = -1;
  readonly #known: RecordedHandle;
  readonly #calls: CallObserver;
  readonly #what: RecordedMethod<H, A, T>;
  readonly #handle: H;
  readonly #given: A;
  /** Undefined before the first step. */
  #steps: Steps<T> | undefined = undefined;
  /** Whether the Steps are a call of their own that has not ended. */
  #isCall = false;
  #awaited: Wait<unknown> | undefined = undefined;

  constructor(what: RecordedMethod<H, A, T>, handle: H, given: A, known: RecordedHandle) {
    this.slot = known.slot;
    this.#known = known;
    this.#calls = known.calls;
    this.#what = what;
    this.#handle = handle;
    this.#given = given;
  }

  [Symbol.iterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.return(undefined as T);
  }

  next(input?: unknown): IteratorResult<Wait<unknown>, T> {
    const steps = this.#steps ?? this.#begin();
    return this.#isCall ? this.#step(steps, input, false) : steps.next(input);
  }

  throw(error: unknown): IteratorResult<Wait<unknown>, T> {
    const steps = this.#steps ?? this.#begin();
    return this.#isCall ? this.#step(steps, error, true) : steps.throw(error);
  }

  /** Abandons the Steps: the call gets no end. */
  return(value: T): IteratorResult<Wait<unknown>, T> {
    this.#isCall = false;
    return (this.#steps ?? this.#open()).return(value);
  }

  block(): unknown {
    const before = this.#enter();
    try {
      return this.#present().block();
    } finally {
      this.#calls.current = before;
    }
  }

  start(waiter: Waiter<unknown>): void {
    const before = this.#enter();
    try {
      this.#present().start(waiter);
    } finally {
      this.#calls.current = before;
    }
  }

  /** Makes this the current call. Returns the one before. */
  #enter(): Call | undefined {
    const before = this.#calls.current;
    this.#calls.current = this;
    return before;
  }

  #present(): Wait<unknown> {
    assert(this.#awaited !== undefined, "a recorded call waits for nothing");
    return this.#awaited;
  }

  #begin(): Steps<T> {
    const calls = this.#calls;
    if (calls.current === undefined) {
      const { place, argumentOf } = this.#what;
      this.number = calls.begin(this.#known, place, argumentOf(this.#given));
      this.#isCall = true;
      calls.current = this;
    }
    return this.#open();
  }

  #open(): Steps<T> {
    return (this.#steps = this.#what.method.call(this.#handle, this.#given));
  }

  #step(steps: Steps<T>, input: unknown, failed: boolean): IteratorResult<Wait<unknown>, T> {
    const calls = this.#calls;
    calls.current = this;
    let next: IteratorResult<Wait<unknown>, T>;
    try {
      next = failed ? steps.throw(input) : steps.next(input);
    } catch (error) {
      this.#isCall = false;
      calls.end(this, true, nameOfError(error));
      throw error;
    }
    if (next.done) {
      this.#isCall = false;
      calls.end(this, false, this.#what.resultOf(next.value));
      return next;
    }
    calls.current = undefined;
    this.#awaited = next.value;
    return { done: false, value: this };
  }
}
