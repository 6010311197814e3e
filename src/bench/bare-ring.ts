/**
 * A ring of JSON messages between two threads and nothing else: one producer, one consumer, no agents, no back-pressure but to
 * wait, no crash safety. The floor beside the throughput of the model, which does the same work of encoding and copying.
 */
/* eslint-disable no-restricted-globals -- the floor is the bare operation */
import { pause } from "../load/measure/floor/index.js";

/** Words of the header, a cache line each: bytes ever written, bytes ever read. */
const TAIL = 0;
const HEAD = 16;
const HEADER_WORDS = 32;
const RING_BYTES = 1 << 20;
/** How often to look before going to sleep. */
const SPIN_LIMIT = 1000;
const FULL_MS = 0.1;

export function newBareRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_WORDS * 4 + RING_BYTES);
}

export interface BareRing {
  /** Appends a message; sleeps while there is no room. */
  push(message: object): void;
  /** Takes the oldest message; blocks until there is one. */
  shift(): unknown;
}

/** Opens the ring for one of its two threads. It carries 2 GiB at most. */
export function openBareRing(shared: SharedArrayBuffer): BareRing {
  const cells = new Int32Array(shared, 0, HEADER_WORDS);
  const bytes = Buffer.from(shared, HEADER_WORDS * 4);
  const lengths = new Int32Array(shared, HEADER_WORDS * 4);
  let tail = 0;
  let head = 0;
  return {
    push(message) {
      const text = JSON.stringify(message);
      // A record does not run over the end of the ring: what does not fit there is left out, and a length of 0 says so.
      const most = 4 + 3 * text.length;
      const left = RING_BYTES - (tail % RING_BYTES);
      const needed = left < most ? left + most : most;
      while (tail + needed - Atomics.load(cells, HEAD) > RING_BYTES) pause(FULL_MS);
      if (left < most) {
        lengths[(tail % RING_BYTES) / 4] = 0;
        tail += left;
      }
      const at = tail % RING_BYTES;
      const length = bytes.write(text, at + 4);
      // The messages are ASCII.
      if (length !== text.length) throw new Error(`${length} of ${text.length} bytes were written to the ring`);
      lengths[at / 4] = length;
      tail += 4 + ((length + 3) & ~3);
      Atomics.store(cells, TAIL, tail);
      Atomics.notify(cells, TAIL);
    },
    shift() {
      for (let spins = 0; Atomics.load(cells, TAIL) === head; spins++) {
        if (spins > SPIN_LIMIT) Atomics.wait(cells, TAIL, head);
      }
      if (lengths[(head % RING_BYTES) / 4] === 0) head += RING_BYTES - (head % RING_BYTES);
      const at = head % RING_BYTES;
      const length = lengths[at / 4] ?? 0;
      const message: unknown = JSON.parse(bytes.toString("utf8", at + 4, at + 4 + length));
      head += 4 + ((length + 3) & ~3);
      Atomics.store(cells, HEAD, head);
      return message;
    },
  };
}
