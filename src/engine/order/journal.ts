/**
 * Writes an order file: a buffer that is added to the file when it is full. The buffer is shared memory, so that what a thread had
 * in it when it was killed can be added by whoever made the buffer.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { cannotWrite } from "../../report/index.js";
import { AGENT_STATUSES, type AgentStatus } from "../../db/index.js";
import { LONGEST_TEXT, MAGIC, SCALAR, VERSION, type Scalar } from "./format.js";

/** What a thread needs to write its file. */
export interface JournalPlace {
  readonly path: string;
  readonly buffer: SharedArrayBuffer;
}

const BUFFER_BYTES = 1 << 16;
/** Words before the bytes of the buffer: how many are used, and the number of the next chunk. */
const USED = 0;
const CHUNK = 1;
const WORDS_BYTES = 8;
/** No entry is longer. */
const LONGEST_ENTRY = 64 + 2 * 3 * LONGEST_TEXT;
/** No status. */
const NO_STATUS = 0;

/** Begins a new file at `path`. Throws the error of the file system. */
export function createJournal(path: string, header: object): JournalPlace {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const file = openSync(path, "wx");
  try {
    writeSync(file, Buffer.concat([MAGIC, Buffer.from([VERSION]), length, text]));
  } finally {
    closeSync(file);
  }
  return { path, buffer: new SharedArrayBuffer(WORDS_BYTES + BUFFER_BYTES) };
}

/** Adds to the file what is left in the buffer of a thread that is gone. */
export function addRemains({ path, buffer }: JournalPlace): void {
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
  const head = Buffer.alloc(8);
  head.writeUInt32LE(used, 0);
  head.writeUInt32LE(number, 4);
  append(file, path, Buffer.concat([head, bytes.subarray(0, used)]));
  // A thread that is killed before this leaves the same chunk to be written again; a reader knows it by its number.
  words[CHUNK] = number + 1;
  words[USED] = 0;
}

/** @throws ResultsError */
function append(file: number, path: string, bytes: Buffer): void {
  try {
    writeSync(file, bytes);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** A class because its fields are written at every byte: one shape, no closure. */
export class Journal {
  readonly #file: number;
  readonly #path: string;
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  #length = 0;
  #lastMicros = 0;

  /** Opens the file for adding to it. Throws the error of the file system. */
  constructor({ path, buffer }: JournalPlace) {
    this.#file = openSync(path, "a");
    this.#path = path;
    this.#words = new Int32Array(buffer, 0, 2);
    this.#bytes = Buffer.from(buffer, WORDS_BYTES);
  }

  /** Begins an entry. */
  begin(code: number, bit: boolean): void {
    if (this.#length + LONGEST_ENTRY > BUFFER_BYTES) this.#flush();
    this.#byte((code << 1) | (bit ? 1 : 0));
  }

  /** Ends an entry: it is in the buffer as a whole. */
  end(): void {
    this.#words[USED] = this.#length;
  }

  /** A whole number, 0 or more. */
  natural(value: number): void {
    const bytes = this.#bytes;
    let at = this.#length;
    let rest = value;
    while (rest > 0x7fffffff) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
    bytes[at++] = rest;
    this.#length = at;
  }

  /** A time, ms on the run's clock; kept in whole microseconds since the time before it. */
  time(ms: number): void {
    const micros = Math.max(this.#lastMicros, Math.round(ms * 1000));
    this.natural(micros - this.#lastMicros);
    this.#lastMicros = micros;
  }

  text(text: string): void {
    const cut = text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text;
    // Nearly all are short and ASCII: a loop is faster than two calls into the engine. The length has one byte then.
    let at = this.#length + 1;
    for (let i = 0; i < cut.length; i++) {
      const unit = cut.charCodeAt(i);
      if (unit > 127) {
        this.natural(Buffer.byteLength(cut));
        this.#length += this.#bytes.write(cut, this.#length, "utf8");
        return;
      }
      this.#bytes[at++] = unit;
    }
    this.#bytes[this.#length] = cut.length;
    this.#length = at;
  }

  status(status: AgentStatus | undefined): void {
    this.#byte(status === undefined ? NO_STATUS : AGENT_STATUSES.indexOf(status) + 1);
  }

  scalar(value: Scalar): void {
    if (value === null) {
      this.#byte(SCALAR.null);
    } else if (typeof value === "boolean") {
      this.#byte(value ? SCALAR.true : SCALAR.false);
    } else if (typeof value === "number") {
      this.#byte(SCALAR.number);
      this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    } else {
      this.#byte(SCALAR.text);
      this.text(value);
    }
  }

  /** Adds everything to the file, and its end. */
  close(): void {
    if (this.#length > 0) this.#flush();
    append(this.#file, this.#path, Buffer.alloc(8));
    closeSync(this.#file);
  }

  #flush(): void {
    writeChunk(this.#file, this.#path, this.#words, this.#bytes);
    this.#length = 0;
  }

  #byte(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }
}
