/**
 * Writes a history file: a buffer that is appended to the file when it is full. The buffer is shared memory, so that
 * another thread can append the rest when its thread was killed.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, writeFileSync } from "node:fs";
import { cannotWrite } from "../../results/results-error.js";
import { AGENT_STATUSES, assert, at, type AgentStatus } from "../../vocabulary/index.js";
import { CODE, encodeChunk, encodeHeader, MAX_TEXT, MAGIC, SCALAR, VERSION, type Scalar } from "./history-format.js";

/** The file of a thread, and its buffer. */
export interface HistoryBuffer {
  readonly path: string;
  readonly buffer: SharedArrayBuffer;
}

const BUFFER_BYTES = 1 << 16;
/** Words before the bytes of the buffer: the number of used bytes, and the number of the next chunk. */
const USED = 0;
const CHUNK = 1;
const WORDS_BYTES = 8;
/** The most bytes of an entry. */
const MAX_ENTRY = 64 + 2 * 3 * MAX_TEXT;
/** With more bytes than this, the buffer may have no room for an entry. */
const FULL = BUFFER_BYTES - MAX_ENTRY;
/** The byte of a missing status. */
const NO_STATUS = 0;
/** A missing number, time or call. */
export const NONE = -1;

/** Creates a history file at `path`. Throws the error of the file system. */
export function createHistoryFile(path: string, header: object): HistoryBuffer {
  const file = openSync(path, "wx");
  try {
    writeFileSync(file, Buffer.concat([MAGIC, Buffer.from([VERSION]), encodeHeader(header)]));
  } finally {
    closeSync(file);
  }
  return { path, buffer: new SharedArrayBuffer(WORDS_BYTES + BUFFER_BYTES) };
}

/** Appends the rest of the buffer of a thread that was killed. */
export function appendRemainder({ path, buffer }: HistoryBuffer): void {
  const words = new Int32Array(buffer, 0, 2);
  if (words[USED] === 0) return;
  const file = openSync(path, "a");
  try {
    writeChunk(file, path, words, Buffer.from(buffer, WORDS_BYTES));
  } finally {
    closeSync(file);
  }
}

function writeChunk(file: number, path: string, words: Int32Array, bytes: Buffer): void {
  const number = at(words, CHUNK);
  append(file, path, encodeChunk(number, bytes.subarray(0, at(words, USED))));
  // If the thread is killed before this, the chunk is written again. A reader recognizes it by its number.
  words[CHUNK] = number + 1;
  words[USED] = 0;
}

/** Appends all bytes or none: a later chunk could not be read after a part of them. @throws ResultsError */
function append(file: number, path: string, bytes: Buffer): void {
  const { size } = fstatSync(file);
  try {
    // Writes all bytes: `writeSync` can write fewer when the disk is almost full.
    writeFileSync(file, bytes);
  } catch (error) {
    ftruncateSync(file, size);
    throw cannotWrite(path, error);
  }
}

/** A class, not closures, because its fields are written at every byte. */
export class HistoryWriter {
  readonly #file: number;
  readonly #path: string;
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  #length = 0;
  #lastMicros = 0;
  /** The slot and the call of the last entry. */
  #slot: number = NONE;
  #call: number = NONE;

  /** Opens the file for appending. Throws the error of the file system. */
  constructor({ path, buffer }: HistoryBuffer) {
    this.#file = openSync(path, "a");
    this.#path = path;
    this.#words = new Int32Array(buffer, 0, 2);
    this.#bytes = Buffer.from(buffer, WORDS_BYTES);
  }

  /**
   * Begins an entry about a slot, in the call of number `call` on it. The entry has a number, a time (ms on the run's
   * clock) and another number, each of which may be {@link NONE}.
   *
   * The varints are written inline. This makes the function too long for V8 to inline into its callers, so that it is
   * compiled once. A run has too few operations to pay for compiling it in each of them.
   */
  begin(slot: number, call: number, code: number, bit: boolean, number: number, atMs: number, other: number): void {
    if (this.#length > FULL) this.#flush();
    const bytes = this.#bytes;
    let next = this.#length;
    let rest: number;
    if (slot !== this.#slot || call !== this.#call) {
      this.#slot = slot;
      this.#call = call;
      bytes[next++] = CODE.context << 1;
      for (rest = slot; rest > 127; rest >>>= 7) bytes[next++] = (rest & 127) | 128;
      bytes[next++] = rest;
      for (rest = call + 1; rest > 127; rest >>>= 7) bytes[next++] = (rest & 127) | 128;
      bytes[next++] = rest;
    }
    bytes[next++] = (code << 1) | (bit ? 1 : 0);
    if (number !== NONE) {
      for (rest = number; rest > 127; rest >>>= 7) bytes[next++] = (rest & 127) | 128;
      bytes[next++] = rest;
    }
    if (atMs !== NONE) {
      // Whole microseconds since the previous time. The first time of a file is large.
      const micros = Math.max(this.#lastMicros, Math.round(atMs * 1000));
      for (rest = micros - this.#lastMicros; rest > 0x7fffffff; rest = Math.floor(rest / 128))
        bytes[next++] = (rest % 128) | 128;
      for (; rest > 127; rest >>>= 7) bytes[next++] = (rest & 127) | 128;
      bytes[next++] = rest;
      this.#lastMicros = micros;
    }
    if (other !== NONE) {
      for (rest = other; rest > 127; rest >>>= 7) bytes[next++] = (rest & 127) | 128;
      bytes[next++] = rest;
    }
    this.#length = next;
  }

  /** The following entries are of the call `number`. A reader knows this from its start. */
  inCall(number: number): void {
    this.#call = number;
  }

  /** Ends an entry: the buffer has all of it. */
  end(): void {
    this.#words[USED] = this.#length;
  }

  /** A whole number from 0 to 127. */
  small(value: number): void {
    assert(value >= 0 && value < 128, "a number does not fit into the one byte of its field");
    this.#bytes[this.#length++] = value;
  }

  text(text: string): void {
    const cut = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
    // Almost all texts are short ASCII, for which a loop is faster than two calls of Buffer. Their length takes one
    // byte.
    let next = this.#length + 1;
    for (let i = 0; i < cut.length; i++) {
      const unit = cut.charCodeAt(i);
      if (unit > 127) {
        this.#wideText(cut);
        return;
      }
      this.#bytes[next++] = unit;
    }
    this.#bytes[this.#length] = cut.length;
    this.#length = next;
  }

  status(status: AgentStatus | undefined): void {
    const code = status === undefined ? NO_STATUS : AGENT_STATUSES.indexOf(status) + 1;
    assert(status === undefined || code !== NO_STATUS, "an unknown status");
    this.small(code);
  }

  scalar(value: Scalar): void {
    if (value === null) {
      this.small(SCALAR.null);
    } else if (typeof value === "boolean") {
      this.small(value ? SCALAR.true : SCALAR.false);
    } else if (typeof value === "number") {
      this.small(SCALAR.number);
      this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    } else {
      this.small(SCALAR.text);
      this.text(value);
    }
  }

  /** Appends the rest and the end of the file, and closes it. */
  close(): void {
    if (this.#length > 0) this.#flush();
    append(this.#file, this.#path, encodeChunk(at(this.#words, CHUNK), new Uint8Array(0)));
    closeSync(this.#file);
  }

  #flush(): void {
    assert(this.#words[USED] === this.#length, "a chunk is written in the middle of an entry");
    writeChunk(this.#file, this.#path, this.#words, this.#bytes);
    this.#length = 0;
  }

  #wideText(text: string): void {
    const length = Buffer.byteLength(text);
    if (length > 127) this.small((length & 127) | 128);
    this.small(length > 127 ? length >>> 7 : length);
    const written = this.#bytes.write(text, this.#length, length, "utf8");
    assert(written === length, "a text does not fit into a chunk of the history file");
    this.#length += length;
  }
}
