/**
 * A JSON message in shared memory, without synchronization: what the floors of a hand-over carry. The text is encoded
 * into the memory and parsed out of it.
 */
import { assert, at } from "../vocabulary/index.js";

/** The length of the text is in front of it, in another cache line. */
const TEXT = 64;
const BYTES = 1024;

export function newBareMessage(): SharedArrayBuffer {
  return new SharedArrayBuffer(BYTES);
}

export interface BareMessage {
  write(message: object): void;
  read(): unknown;
}

/** Opens the memory for one of its two threads. Another hand-over orders writing and reading. */
export function openBareMessage(shared: SharedArrayBuffer): BareMessage {
  const lengths = new Int32Array(shared);
  const bytes = Buffer.from(shared);
  return {
    write(message) {
      const text = JSON.stringify(message);
      const length = bytes.write(text, TEXT);
      assert(length === text.length, "a message of a floor is ASCII and has room");
      lengths[0] = length;
    },
    read: () => JSON.parse(bytes.toString("utf8", TEXT, TEXT + at(lengths, 0))) as unknown,
  };
}
