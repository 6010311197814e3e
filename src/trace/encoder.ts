/** Writes events as the records of a trace: into a block of bytes that it hands over when full, with a running hash. */
import { createHash } from "node:crypto";
import type { TraceEvent, Value } from "./event.js";
import { BLOCK_BYTES, digestOf, isWord, LONGEST_STRING, MOST_WORDS, TAG } from "./format.js";

/** What ends a trace. */
export interface TraceEnd {
  readonly events: number;
  /** SHA-256 of all records, hexadecimal. */
  readonly hash: string;
}

export interface Encoder {
  write(event: TraceEvent): void;
  /** How many events were written. */
  readonly events: number;
  /** Hands over what the last block holds. Nothing is written afterwards. */
  end(): TraceEnd;
}

/** An encoder that gives each full block to `onBlock`, which must be done with the bytes when it returns. */
export function createEncoder(onBlock: (records: Uint8Array) => void): Encoder {
  return new BlockEncoder(onBlock);
}

const RECENT_WORDS = 256;

/** A class because its fields are written at every byte: one shape, no closure. */
class BlockEncoder implements Encoder {
  events = 0;
  readonly #onBlock: (records: Uint8Array) => void;
  readonly #hash = createHash("sha256");
  readonly #words = new Map<string, number>();
  /** Words that were written lately, each where its letters put it (none is "0"), with their numbers: spares most looks into the map. */
  readonly #recent = Array.from({ length: RECENT_WORDS }, () => "0");
  readonly #recentNumbers = new Int32Array(RECENT_WORDS);
  #bytes = Buffer.allocUnsafeSlow(2 * BLOCK_BYTES);
  #length = 0;
  #lastNs = 0;

  constructor(onBlock: (records: Uint8Array) => void) {
    this.#onBlock = onBlock;
  }

  write({ at, actor, operation, subject, args, outcome }: TraceEvent): void {
    const ns = Math.round(at * 1e6);
    this.#reserve(16);
    this.#natural(ns - this.#lastNs);
    this.#lastNs = ns;
    this.#string(actor);
    this.#string(operation);
    this.#string(subject);
    this.#value(args);
    this.#value(outcome);
    this.events++;
    if (this.#length >= BLOCK_BYTES) this.#flush();
  }

  end(): TraceEnd {
    this.#flush();
    return { events: this.events, hash: this.#hash.digest("hex") };
  }

  #flush(): void {
    if (this.#length === 0) return;
    const records = this.#bytes.subarray(0, this.#length);
    this.#hash.update(records);
    this.#onBlock(records);
    this.#length = 0;
  }

  #value(value: Value): void {
    this.#reserve(16);
    switch (typeof value) {
      case "string":
        this.#string(value);
        return;
      case "number":
        this.#number(value);
        return;
      case "boolean":
        this.#byte(value ? TAG.true : TAG.false);
        return;
      case "undefined":
        this.#byte(TAG.null);
        return;
      case "object":
        this.#structure(value);
    }
  }

  #structure(value: Exclude<Value, string | number | boolean | undefined>): void {
    if (value === null) {
      this.#byte(TAG.null);
    } else if (isArray(value)) {
      this.#byte(TAG.array);
      this.#natural(value.length);
      for (const item of value) this.#value(item);
    } else {
      this.#byte(TAG.object);
      const countAt = this.#length++;
      let present = 0;
      for (const key in value) {
        const item = value[key];
        if (item === undefined) continue;
        present++;
        this.#string(key);
        this.#value(item);
      }
      this.#setCount(countAt, present);
    }
  }

  /** Writes `count` at `at`, where one byte was left for it, which is enough but for the largest objects. */
  #setCount(at: number, count: number): void {
    if (count > 127) {
      const end = this.#length;
      this.#length = at;
      const entries = Buffer.from(this.#bytes.subarray(at + 1, end));
      this.#natural(count);
      this.#reserve(entries.length);
      this.#bytes.set(entries, this.#length);
      this.#length += entries.length;
    } else {
      this.#bytes[at] = count;
    }
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.#byte(value >= 0 ? TAG.natural : TAG.negative);
      this.#natural(value >= 0 ? value : -1 - value);
    } else {
      this.#byte(TAG.double);
      this.#length = this.#bytes.writeDoubleLE(value, this.#length);
    }
  }

  #string(text: string): void {
    // A UTF-16 unit has at most three bytes of UTF-8.
    this.#reserve(16 + 3 * LONGEST_STRING);
    if (text.length > LONGEST_STRING) {
      this.#byte(TAG.digest);
      this.#natural(text.length);
      this.#length = this.#bytes.writeUInt32LE(digestOf(text), this.#length);
      return;
    }
    if (isWord(text)) {
      const known = this.#numberOf(text);
      if (known !== undefined) {
        this.#byte(TAG.word);
        this.#natural(known);
        return;
      }
      if (this.#words.size < MOST_WORDS) {
        this.#words.set(text, this.#words.size);
        this.#byte(TAG.newWord);
        this.#text(text);
        return;
      }
    }
    this.#byte(TAG.string);
    this.#text(text);
  }

  /** The number of a word; undefined when it is not in the dictionary. Most events say what others have just said. */
  #numberOf(word: string): number | undefined {
    const place = (word.length + 31 * word.charCodeAt(0) + 17 * word.charCodeAt(word.length - 1)) & (RECENT_WORDS - 1);
    if (this.#recent[place] === word) return this.#recentNumbers[place];
    const known = this.#words.get(word);
    if (known === undefined) return undefined;
    this.#recent[place] = word;
    this.#recentNumbers[place] = known;
    return known;
  }

  #text(text: string): void {
    const bytes = this.#bytes;
    // Nearly all strings are short and ASCII: a loop is faster than a call into the engine.
    let at = this.#length + 1;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) {
        this.#natural(Buffer.byteLength(text));
        this.#length += bytes.write(text, this.#length, "utf8");
        return;
      }
      bytes[at++] = unit;
    }
    // At most 64 bytes, so the length has one byte.
    bytes[this.#length] = text.length;
    this.#length = at;
  }

  #natural(value: number): void {
    let rest = value;
    while (rest > 0x7fffffff) {
      this.#byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    for (; rest > 127; rest >>>= 7) this.#byte((rest & 127) | 128);
    this.#byte(rest);
  }

  #byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * this.#bytes.length);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function isArray(value: object): value is readonly Value[] {
  return Array.isArray(value);
}
