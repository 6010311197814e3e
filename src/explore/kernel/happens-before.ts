/**
 * The order of an execution's steps that matters: a step happens before a later one of the same thread, before a later one
 * that depends on it, and before whatever those happen before. Executions with the same such order are one trace
 * (Mazurkiewicz): they read, write and end alike.
 */
import type { ControlBlock } from "./control-block.js";
import { dependent, FLAG, KIND, RECORD, word } from "./operation-records.js";

export interface HappensBefore {
  /**
   * Works out the order of the steps from `from` to `to` of the board's last execution; those before `from` are as they
   * were. Calls `onRace` for every two dependent steps with no third between them in the order, of which the thread of the
   * second could have gone first.
   */
  extend(from: number, to: number, onRace: (first: number, second: number) => void): void;
  /** Whether step `first` happens before `second`, of another thread. */
  before(first: number, second: number): boolean;
  /** Thread of a step, and how many steps that thread had made with it. */
  threadOf(step: number): number;
  /** The same number for executions that are one trace, after `steps` steps. Different ones differ, but for chance (2^-53). */
  traceHash(steps: number): number;
  /** Threads (bit mask) that could begin what is in `second` and in the steps between that do not happen after `first`. */
  initials(first: number, second: number): number;
}

export function trackHappensBefore(controlBlock: ControlBlock, threads: number, maxSteps: number): HappensBefore {
  const { words, log } = controlBlock;
  /** Of each step, how many steps of each thread happen before it or are it. */
  const clocks = new Int32Array(maxSteps * threads);
  const own = new Int32Array(maxSteps);
  const threadAt = new Uint8Array(maxSteps);
  /** Sums over the steps so far: the parts of a trace's hash, which must not depend on the order of independent steps. */
  const low = new Int32Array(maxSteps + 1);
  const high = new Int32Array(maxSteps + 1);
  const clockOf = (step: number, thread: number): number => word(clocks, step * threads + thread);
  const at = (step: number): number => log + step * RECORD.words;
  const previousOf = (thread: number, step: number): number => {
    let previous = step - 1;
    while (previous >= 0 && threadAt[previous] !== thread) previous--;
    return previous;
  };
  const before = (first: number, second: number): boolean => clockOf(second, threadAt[first] ?? 0) >= (own[first] ?? 0);
  const join = (into: number, from: number): void => {
    for (let thread = 0; thread < threads; thread++) {
      const value = clockOf(from, thread);
      if (value > clockOf(into, thread)) clocks[into * threads + thread] = value;
    }
  };
  const reversible = (first: number, second: number): boolean => {
    const flags = word(words, at(second) + RECORD.flags);
    const endsUntimedSleep = word(words, at(second) + RECORD.kind) === KIND.wake && (flags & FLAG.timed) === 0;
    return !(endsUntimedSleep && word(words, at(first) + RECORD.kind) === KIND.notify);
  };
  const hashStep = (step: number): void => {
    let a = Math.imul((threadAt[step] ?? 0) + 1, 0x9e3779b1);
    let b = 0x7f4a7c15;
    for (let thread = 0; thread < threads; thread++) {
      const clock = clockOf(step, thread);
      a = Math.imul(a ^ clock, 0x85ebca6b);
      a ^= a >>> 13;
      b = Math.imul(b ^ a ^ (clock << 7), 0xc2b2ae35);
      b ^= b >>> 16;
    }
    low[step + 1] = (word(low, step) + a) | 0;
    high[step + 1] = (word(high, step) + b) | 0;
  };

  return {
    extend: (from, to, onRace) => {
      for (let step = from; step < to; step++) {
        const thread = word(words, at(step) + RECORD.thread);
        threadAt[step] = thread;
        clocks.fill(0, step * threads, (step + 1) * threads);
        const previous = previousOf(thread, step);
        if (previous >= 0) join(step, previous);
        own[step] = (previous >= 0 ? word(own, previous) : 0) + 1;
        clocks[step * threads + thread] = word(own, step);
        const cell = word(words, at(step) + RECORD.cell);
        // Downwards, so that whatever lies between a step and this one has been joined before it is looked at.
        for (let earlier = step - 1; cell >= 0 && earlier >= 0; earlier--) {
          if (word(words, at(earlier) + RECORD.cell) !== cell || before(earlier, step)) continue;
          if (!dependent(words, at(earlier), at(step))) continue;
          join(step, earlier);
          if (reversible(earlier, step)) onRace(earlier, step);
        }
        hashStep(step);
      }
    },
    before,
    threadOf: (step) => threadAt[step] ?? 0,
    traceHash: (steps) => (word(high, steps) >>> 0) * 2 ** 21 + (word(low, steps) >>> 11),
    initials: (first, second) => {
      /** Of each thread, the number of its first step among those looked at; 0: none yet. */
      const firstOwn = new Array<number>(threads).fill(0);
      let initials = 0;
      for (let step = first + 1; step <= second; step++) {
        if (step !== second && before(first, step)) continue;
        const thread = threadAt[step] ?? 0;
        if (firstOwn[thread] !== 0) continue;
        firstOwn[thread] = own[step] ?? 0;
        let preceded = false;
        for (let other = 0; other < threads; other++) {
          const begun = firstOwn[other] ?? 0;
          if (other !== thread && begun !== 0 && clockOf(step, other) >= begun) preceded = true;
        }
        if (!preceded) initials |= 1 << thread;
      }
      return initials;
    },
  };
}
