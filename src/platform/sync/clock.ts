import { addLong, loadLong } from "./atomics.js";

/**
 * A source of time. Milliseconds, monotonic, fractional, from an arbitrary origin that all threads of a process share.
 * The model and the live run read no other clock, which makes a replay possible.
 */
export interface Clock {
  /** Milliseconds since the clock's origin; never goes back. */
  now(): number;
}

/**
 * The offset of shifted clocks from their bases: shared memory, initially 0. Whole microseconds in 64 bits, so that
 * neither fractions of a millisecond nor jumps of years are lost.
 */
export function newClockOffset(): SharedArrayBuffer {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
}

/**
 * `base` plus `offset`, which another thread may raise: a clock that jumps in all threads at once, as after the
 * suspension of a virtual machine.
 */
export function shiftedClock(offset: SharedArrayBuffer, base: Clock = systemClock): Clock {
  const cells = new BigInt64Array(offset);
  return { now: () => base.now() + Number(loadLong(cells, 0)) / 1000 };
}

/**
 * Moves every {@link shiftedClock} on `offset` ahead by `ms` (to the microsecond). Throws a RangeError on a negative
 * time.
 */
export function shiftClock(offset: SharedArrayBuffer, ms: number): void {
  const micros = Math.round(ms * 1000);
  if (!Number.isSafeInteger(micros) || micros < 0)
    throw new RangeError(`a clock can be moved ahead by 0 ms or more, not by ${ms} ms`);
  addLong(new BigInt64Array(offset), 0, BigInt(micros));
}

/**
 * The machine's monotonic clock (`CLOCK_MONOTONIC`): the same origin in every thread of every process of this machine.
 */
export const systemClock: Clock = {
  now() {
    // Not `hrtime.bigint`, which allocates: this takes 0.6 of its time.
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  },
};
