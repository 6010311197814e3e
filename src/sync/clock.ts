/**
 * Where time comes from. Milliseconds, monotonic, fractional, from an arbitrary origin that all threads of a process share.
 * Nothing in the model or the live run reads a clock of its own: that is what makes a replay possible.
 */
export interface Clock {
  /** Milliseconds since the clock's origin; never goes back. */
  now(): number;
}

/** The machine's monotonic clock (`CLOCK_MONOTONIC`): the same origin in every thread of every process of this machine. */
export const systemClock: Clock = {
  now: () => Number(process.hrtime.bigint()) / 1e6,
};
