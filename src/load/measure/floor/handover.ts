/**
 * Passes a message between two threads with bare Atomics: the floor of the live-update path.
 *
 * Atomics are used as they are, not through src/platform/sync: what the project adds to them is part of what is
 * measured.
 */
/* eslint-disable no-restricted-globals -- the floor is the bare operation */

/** Words of the lane, each on a cache line of its own, so that the two sides do not slow each other. */
const SENT = 0;
const PARKED = 16;
const WORDS = 32;

export function newLane(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS * 4);
}

/** One direction between two threads. Both sides count messages from 1. */
export interface Lane {
  /** Signals that the receiver is about to wait for message `n`. */
  park(n: number): void;
  /**
   * Blocks the sender until the receiver is about to wait for message `n`. Returns false when `timeoutMs` passed first.
   */
  untilParked(n: number, timeoutMs?: number): boolean;
  /** Hands over message `n`: stores it and notifies. */
  send(n: number): void;
  /** Blocks the receiver until message `n` is there. */
  receive(n: number): void;
}

export function openLane(lane: SharedArrayBuffer): Lane {
  const cells = new Int32Array(lane);
  const until = (cell: number, n: number, timeoutMs?: number): boolean => {
    for (let seen = Atomics.load(cells, cell); seen < n; seen = Atomics.load(cells, cell)) {
      if (Atomics.wait(cells, cell, seen, timeoutMs) === "timed-out") return false;
    }
    return true;
  };
  const put = (cell: number, n: number): void => {
    Atomics.store(cells, cell, n);
    Atomics.notify(cells, cell);
  };
  return {
    park: (n) => put(PARKED, n),
    untilParked: (n, timeoutMs) => until(PARKED, n, timeoutMs),
    send: (n) => put(SENT, n),
    receive: (n) => void until(SENT, n),
  };
}

const neverNotified = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread for `ms` (fractional allowed). */
export function pause(ms: number): void {
  Atomics.wait(neverNotified, 0, 0, ms);
}
