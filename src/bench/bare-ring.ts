/**
 * A ring of JSON messages between two threads: one producer, one consumer, no agents, no crash safety; a full ring
 * blocks the producer. It is the floor of the model's throughput: the model encodes and copies the messages in the same
 * way.
 */
/* eslint-disable no-restricted-globals -- the floor is the bare operation */
import { pause } from "../load/measure/floor/index.js";
import { assert, at } from "../vocabulary/index.js";

/** The words of the header, a cache line each: total bytes written, total bytes read. */
const TAIL = 0;
const HEAD = 16;
const HEADER_WORDS = 32;
const RING_BYTES = 1 << 20;
/** The number of spins before the thread blocks. */
const SPIN_LIMIT = 1000;
const FULL_MS = 0.1;

export function newBareRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER_WORDS * 4 + RING_BYTES);
}

export interface BareRing {
  /** Appends a message. Blocks while the ring is full. */
  push(message: object): void;
  /** Takes the oldest message. Blocks while the ring is empty. */
  shift(): unknown;
}

/** Opens the ring for one of its two threads. Its lifetime capacity is 2 GiB. */
export function openBareRing(shared: SharedArrayBuffer): BareRing {
  const cells = new Int32Array(shared, 0, HEADER_WORDS);
  const bytes = Buffer.from(shared, HEADER_WORDS * 4);
  const lengths = new Int32Array(shared, HEADER_WORDS * 4);
  let tail = 0;
  let head = 0;
  return {
    push(message) {
      const text = JSON.stringify(message);
      // A record does not wrap around. A length of 0 marks the unused space at the end of the ring.
      const most = 4 + 3 * text.length;
      const left = RING_BYTES - (tail % RING_BYTES);
      const needed = left < most ? left + most : most;
      while (tail + needed - Atomics.load(cells, HEAD) > RING_BYTES) pause(FULL_MS);
      if (left < most) {
        lengths[(tail % RING_BYTES) / 4] = 0;
        tail += left;
      }
      const start = tail % RING_BYTES;
      const length = bytes.write(text, start + 4);
      assert(length === text.length, "a message in the ring is ASCII");
      lengths[start / 4] = length;
      tail += 4 + ((length + 3) & ~3);
      Atomics.store(cells, TAIL, tail);
      Atomics.notify(cells, TAIL);
    },
    shift() {
      for (let spins = 0; Atomics.load(cells, TAIL) === head; spins++) {
        if (spins > SPIN_LIMIT) Atomics.wait(cells, TAIL, head);
      }
      if (lengths[(head % RING_BYTES) / 4] === 0) head += RING_BYTES - (head % RING_BYTES);
      const start = head % RING_BYTES;
      const length = at(lengths, start / 4);
      const message: unknown = JSON.parse(bytes.toString("utf8", start + 4, start + 4 + length));
      head += 4 + ((length + 3) & ~3);
      Atomics.store(cells, HEAD, head);
      return message;
    },
  };
}
