import { addLong, loadLong } from "./atomics.js";

/**
 * Where time comes from. Milliseconds, monotonic, fractional, from an arbitrary origin that all threads of a process share.
 * Nothing in the model or the live run reads a clock of its own: that is what makes a replay possible.
 */
export interface Clock {
  /** Milliseconds since the clock's origin; never goes back. */
  now(): number;
}

/**
 * By how much shifted clocks are ahead of their bases: shared memory, 0 at first. Whole microseconds in 64 bits, so that neither
 * parts of a millisecond nor leaps of years are lost.
 */
export function newClockOffset(): SharedArrayBuffer {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
}

/**
 * `base`, moved ahead by `offset`, which another thread may raise: a clock that jumps in all threads at once, as when a virtual machine
 * was suspended.
 */
export function shiftedClock(offset: SharedArrayBuffer, base: Clock = systemClock): Clock {
  const cells = new BigInt64Array(offset);
  return { now: () => base.now() + Number(loadLong(cells, 0)) / 1000 };
}

/** Moves every {@link shiftedClock} on `offset` ahead by `ms` (to the microsecond). Throws a RangeError when that is not ahead. */
export function shiftClock(offset: SharedArrayBuffer, ms: number): void {
  const micros = Math.round(ms * 1000);
  if (!Number.isSafeInteger(micros) || micros < 0)
    throw new RangeError(`a clock can be moved ahead by 0 ms or more, not by ${ms} ms`);
  addLong(new BigInt64Array(offset), 0, BigInt(micros));
}

/** The machine's monotonic clock (`CLOCK_MONOTONIC`): the same origin in every thread of every process of this machine. */
export const systemClock: Clock = {
  now() {
    // Not `hrtime.bigint`, whose numbers have to be made and collected: this takes 0.6 of its time.
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1000 + nanoseconds / 1e6;
  },
};
