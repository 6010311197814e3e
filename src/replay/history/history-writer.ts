/**
 * Writes an order file: a buffer that is added to the file when it is full. The buffer is shared memory, so that what a thread had
 * in it when it was killed can be added by whoever made the buffer.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, writeFileSync } from "node:fs";
import { cannotWrite } from "../../results/results-error.js";
import { AGENT_STATUSES, type AgentStatus } from "../../vocabulary/index.js";
import { CODE, encodeChunk, encodeHeader, MAX_TEXT, MAGIC, SCALAR, VERSION, type Scalar } from "./history-format.js";

/** What a thread needs to write its file. */
export interface HistoryBuffer {
  readonly path: string;
  readonly buffer: SharedArrayBuffer;
}

const BUFFER_BYTES = 1 << 16;
/** Words before the bytes of the buffer: how many are used, and the number of the next chunk. */
const USED = 0;
const CHUNK = 1;
const WORDS_BYTES = 8;
/** No entry is longer. */
const MAX_ENTRY = 64 + 2 * 3 * MAX_TEXT;
/** With more in it, the buffer may have no room for an entry. */
const FULL = BUFFER_BYTES - MAX_ENTRY;
/** No status. */
const NO_STATUS = 0;
/** No number, no time, no call. */
export const NONE = -1;

/** Begins a new file at `path`. Throws the error of the file system. */
export function createHistoryFile(path: string, header: object): HistoryBuffer {
  const file = openSync(path, "wx");
  try {
    writeFileSync(file, Buffer.concat([MAGIC, Buffer.from([VERSION]), encodeHeader(header)]));
  } finally {
    closeSync(file);
  }
  return { path, buffer: new SharedArrayBuffer(WORDS_BYTES + BUFFER_BYTES) };
}

/** Adds to the file what is left in the buffer of a thread that is gone. */
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
  const used = words[USED] ?? 0;
  const number = words[CHUNK] ?? 0;
  append(file, path, encodeChunk(number, bytes.subarray(0, used)));
  // A thread that is killed before this leaves the same chunk to be written again; a reader knows it by its number.
  words[CHUNK] = number + 1;
  words[USED] = 0;
}

/** Adds all of the bytes, or none: what may be added later would not be read behind a part of them. @throws ResultsError */
function append(file: number, path: string, bytes: Buffer): void {
  const { size } = fstatSync(file);
  try {
    // To the last byte: `writeSync` may write less on a disk that fills up.
    writeFileSync(file, bytes);
  } catch (error) {
    ftruncateSync(file, size);
    throw cannotWrite(path, error);
  }
}

/** A class because its fields are written at every byte: one shape, no closure. */
export class HistoryWriter {
  readonly #file: number;
  readonly #path: string;
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  #length = 0;
  #lastMicros = 0;
  /** What the last entry was about. */
  #slot: number = NONE;
  #call: number = NONE;

  /** Opens the file for adding to it. Throws the error of the file system. */
  constructor({ path, buffer }: HistoryBuffer) {
    this.#file = openSync(path, "a");
    this.#path = path;
    this.#words = new Int32Array(buffer, 0, 2);
    this.#bytes = Buffer.from(buffer, WORDS_BYTES);
  }

  /**
   * Begins an entry about a slot, of the call of that number on it ({@link NONE}: of none), with what the entry has of a number, a time
   * (ms on the run's clock) and another number ({@link NONE}: it has none).
   *
   * Everything is written out, and that is longer than what V8 puts into its callers: so it is compiled once, and not again in each of the
   * operations of a slot, of which a run has too few to pay for that.
   */
  begin(slot: number, call: number, code: number, bit: boolean, number: number, atMs: number, other: number): void {
    if (this.#length > FULL) this.#flush();
    const bytes = this.#bytes;
    let at = this.#length;
    let rest: number;
    if (slot !== this.#slot || call !== this.#call) {
      this.#slot = slot;
      this.#call = call;
      bytes[at++] = CODE.turnTo << 1;
      for (rest = slot; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
      bytes[at++] = rest;
      for (rest = call + 1; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
      bytes[at++] = rest;
    }
    bytes[at++] = (code << 1) | (bit ? 1 : 0);
    if (number !== NONE) {
      for (rest = number; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
      bytes[at++] = rest;
    }
    if (atMs !== NONE) {
      // Whole microseconds since the time before it, which are many in a file's first.
      const micros = Math.max(this.#lastMicros, Math.round(atMs * 1000));
      for (rest = micros - this.#lastMicros; rest > 0x7fffffff; rest = Math.floor(rest / 128))
        bytes[at++] = (rest % 128) | 128;
      for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
      bytes[at++] = rest;
      this.#lastMicros = micros;
    }
    if (other !== NONE) {
      for (rest = other; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
      bytes[at++] = rest;
    }
    this.#length = at;
  }

  /** What follows is of the call `number`, as a reader knows who has read of its start. */
  inCall(number: number): void {
    this.#call = number;
  }

  /** Ends an entry: it is in the buffer as a whole. */
  end(): void {
    this.#words[USED] = this.#length;
  }

  /** A whole number from 0 to 127. */
  small(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  text(text: string): void {
    const cut = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
    // Nearly all are short and ASCII: a loop is faster than two calls into the engine. The length has one byte then.
    let at = this.#length + 1;
    for (let i = 0; i < cut.length; i++) {
      const unit = cut.charCodeAt(i);
      if (unit > 127) {
        this.#wideText(cut);
        return;
      }
      this.#bytes[at++] = unit;
    }
    this.#bytes[this.#length] = cut.length;
    this.#length = at;
  }

  status(status: AgentStatus | undefined): void {
    this.small(status === undefined ? NO_STATUS : AGENT_STATUSES.indexOf(status) + 1);
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

  /** Adds everything to the file, and its end. */
  close(): void {
    if (this.#length > 0) this.#flush();
    append(this.#file, this.#path, encodeChunk(this.#words[CHUNK] ?? 0, new Uint8Array(0)));
    closeSync(this.#file);
  }

  #flush(): void {
    writeChunk(this.#file, this.#path, this.#words, this.#bytes);
    this.#length = 0;
  }

  #wideText(text: string): void {
    const length = Buffer.byteLength(text);
    if (length > 127) this.small((length & 127) | 128);
    this.small(length > 127 ? length >>> 7 : length);
    if (this.#bytes.write(text, this.#length, length, "utf8") !== length)
      throw new RangeError(`a text of ${length} bytes does not fit into a chunk of the order file`);
    this.#length += length;
  }
}
