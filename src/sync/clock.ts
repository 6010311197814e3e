import { add, load } from "./atomics.js";

/**
 * Where time comes from. Milliseconds, monotonic, fractional, from an arbitrary origin that all threads of a process share.
 * Nothing in the model or the live run reads a clock of its own: that is what makes a replay possible.
 */
export interface Clock {
  /** Milliseconds since the clock's origin; never goes back. */
  now(): number;
}

/**
 * `base`, moved ahead by what is in the first cell of `offset` (whole ms), which another thread may raise: a clock that jumps in
 * all threads at once, as when a virtual machine was suspended.
 */
export function shiftedClock(offset: Int32Array, base: Clock = systemClock): Clock {
  return { now: () => base.now() + load(offset, 0) };
}

/** Moves every {@link shiftedClock} on `offset` ahead by `ms` (whole, 0 or more). */
export function shiftClock(offset: Int32Array, ms: number): void {
  add(offset, 0, ms);
}

/** The machine's monotonic clock (`CLOCK_MONOTONIC`): the same origin in every thread of every process of this machine. */
export const systemClock: Clock = {
  now() {
    // Not `hrtime.bigint`, whose numbers have to be made and collected: this takes 0.6 of its time.
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  },
};
