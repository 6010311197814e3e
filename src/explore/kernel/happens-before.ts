/**
 * The happens-before order of an execution's steps: a step happens before a later one of the same thread and before a
 * later one that depends on it, and the order is transitive. Executions with the same order are one trace
 * (Mazurkiewicz): they read the same values, write the same values and end the same way.
 */
import type { ControlBlock } from "./control-block.js";
import { dependent, FLAG, KIND, RECORD, word } from "./operation-records.js";

/** The order of the steps of the control block's last execution. `threads`: how many threads the program has. */
export class HappensBefore {
  readonly #words: Int32Array;
  readonly #log: number;
  readonly #threads: number;
  /** Vector clocks: of each step, the number of steps of each thread up to it in the order, itself included. */
  readonly #clocks: Int32Array;
  /** Of each step: its number among the steps of its thread, from 1; and its thread. */
  readonly #own: Int32Array;
  readonly #threadAt: Int32Array;
  /**
   * The two parts of a trace's hash: sums over the steps, so that the order of independent steps makes no difference.
   */
  readonly #low: Int32Array;
  readonly #high: Int32Array;

  constructor({ words, log, prefix }: ControlBlock, threads: number) {
    const maxSteps = log - prefix;
    this.#words = words;
    this.#log = log;
    this.#threads = threads;
    this.#clocks = new Int32Array(maxSteps * threads);
    this.#own = new Int32Array(maxSteps);
    this.#threadAt = new Int32Array(maxSteps);
    this.#low = new Int32Array(maxSteps + 1);
    this.#high = new Int32Array(maxSteps + 1);
  }

  /**
   * Computes the order of the steps from `from` to `to`; the steps before `from` must be those of the previous
   * execution. Calls `onRace` for every two dependent steps that have no third step between them in the order, if the
   * second could have come first.
   */
  extend(from: number, to: number, onRace?: (first: number, second: number) => void): void {
    const words = this.#words;
    const threads = this.#threads;
    for (let step = from; step < to; step++) {
      const at = this.#recordOf(step);
      const thread = word(words, at + RECORD.thread);
      this.#threadAt[step] = thread;
      this.#clocks.fill(0, step * threads, (step + 1) * threads);
      const previous = this.#previousOf(thread, step);
      if (previous >= 0) this.#join(step, previous);
      const own = (previous >= 0 ? word(this.#own, previous) : 0) + 1;
      this.#own[step] = own;
      this.#clocks[step * threads + thread] = own;
      const cell = word(words, at + RECORD.cell);
      // Downwards, so that every step between an earlier step and this one is joined before the earlier one is
      // compared.
      for (let earlier = step - 1; cell >= 0 && earlier >= 0; earlier--) {
        const earlierAt = this.#recordOf(earlier);
        if (word(words, earlierAt + RECORD.cell) !== cell || this.before(earlier, step)) continue;
        if (!dependent(words, earlierAt, at)) continue;
        this.#join(step, earlier);
        if (onRace !== undefined && this.#isReversible(earlierAt, at)) onRace(earlier, step);
      }
      this.#hashStep(step);
    }
  }

  /** Whether step `first` happens before `second`, of another thread. */
  before(first: number, second: number): boolean {
    return this.#clockOf(second, this.threadOf(first)) >= word(this.#own, first);
  }

  /** The thread that made a step. */
  threadOf(step: number): number {
    return word(this.#threadAt, step);
  }

  /**
   * Hash of the trace of the first `steps` steps. Two different traces have the same hash with a probability of 2^-53.
   */
  traceHash(steps: number): number {
    return (word(this.#high, steps) >>> 0) * 2 ** 21 + (word(this.#low, steps) >>> 11);
  }

  /**
   * Bit mask of the threads that can make the first step of a sequence of `second` and of the steps between that do not
   * happen after `first`.
   */
  initials(first: number, second: number): number {
    /** Of each thread, the number of its first step among those compared; 0: none yet. */
    const firstOwn = new Int32Array(this.#threads);
    let initials = 0;
    for (let step = first + 1; step <= second; step++) {
      if (step !== second && this.before(first, step)) continue;
      const thread = this.threadOf(step);
      if (firstOwn[thread] !== 0) continue;
      firstOwn[thread] = word(this.#own, step);
      let preceded = false;
      for (let other = 0; other < this.#threads; other++) {
        const begun = word(firstOwn, other);
        if (other !== thread && begun !== 0 && this.#clockOf(step, other) >= begun) preceded = true;
      }
      if (!preceded) initials |= 1 << thread;
    }
    return initials;
  }

  #recordOf(step: number): number {
    return this.#log + step * RECORD.words;
  }

  #clockOf(step: number, thread: number): number {
    return word(this.#clocks, step * this.#threads + thread);
  }

  #previousOf(thread: number, step: number): number {
    let previous = step - 1;
    while (previous >= 0 && this.#threadAt[previous] !== thread) previous--;
    return previous;
  }

  #join(into: number, from: number): void {
    for (let thread = 0; thread < this.#threads; thread++) {
      const value = this.#clockOf(from, thread);
      if (value > this.#clockOf(into, thread)) this.#clocks[into * this.#threads + thread] = value;
    }
  }

  #isReversible(firstAt: number, secondAt: number): boolean {
    const flags = word(this.#words, secondAt + RECORD.flags);
    const endsUntimedSleep = word(this.#words, secondAt + RECORD.kind) === KIND.wake && (flags & FLAG.timed) === 0;
    return !(endsUntimedSleep && word(this.#words, firstAt + RECORD.kind) === KIND.notify);
  }

  #hashStep(step: number): void {
    let a = Math.imul(this.threadOf(step) + 1, 0x9e3779b1);
    let b = 0x7f4a7c15;
    for (let thread = 0; thread < this.#threads; thread++) {
      const clock = this.#clockOf(step, thread);
      a = Math.imul(a ^ clock, 0x85ebca6b);
      a ^= a >>> 13;
      b = Math.imul(b ^ a ^ (clock << 7), 0xc2b2ae35);
      b ^= b >>> 16;
    }
    this.#low[step + 1] = (word(this.#low, step) + a) | 0;
    this.#high[step + 1] = (word(this.#high, step) + b) | 0;
  }
}
