/** Encodes events as the records of a trace, in blocks, with a running hash. */
import { createHash } from "node:crypto";
import { assert, at } from "../../vocabulary/index.js";
import type { TraceEvent, TraceValue } from "./trace-event.js";
import { BLOCK_BYTES, digestOf, isWord, MAX_STRING, MAX_WORDS, TAG } from "./trace-format.js";

/** The end of a trace. */
export interface TraceEnd {
  readonly events: number;
  /** SHA-256 of all records, hexadecimal. */
  readonly hash: string;
}

export interface Encoder {
  write(event: TraceEvent): void;
  /** The number of written events. */
  readonly events: number;
  /** Ends the last block. Nothing may be written afterwards. */
  end(): TraceEnd;
}

/** An encoder that calls `onBlock` with each full block. `onBlock` must not keep the bytes: they are overwritten. */
export function createEncoder(onBlock: (records: Uint8Array) => void): Encoder {
  return new BlockEncoder(onBlock);
}

/** The sizes of the caches of words and of long strings. Powers of two. */
const RECENT_WORDS = 512;
const RECENT_TEXTS = 1024;
/** Fills the cache of words: longer than any word. An array of only strings is compared faster. */
const NO_WORD = "-".repeat(MAX_STRING + 1);
/**
 * The most bytes of a value without its contents: a string's tag, length and bytes (at most three of UTF-8 a UTF-16
 * unit).
 */
const MAX_VALUE = 16 + 3 * MAX_STRING;

/** A class, not closures, because its fields are written at every byte. */
class BlockEncoder implements Encoder {
  events = 0;
  readonly #onBlock: (records: Uint8Array) => void;
  readonly #hash = createHash("sha256");
  readonly #words = new Map<string, number>();
  /** A cache of words, by {@link placeOf}, with their numbers. It avoids most accesses to the map. */
  readonly #recent = Array.from({ length: RECENT_WORDS }, () => NO_WORD);
  readonly #recentNumbers = new Int32Array(RECENT_WORDS);
  /** A cache of long strings, by their lengths, with their digests: a comparison is faster than a digest. */
  readonly #texts = Array.from({ length: RECENT_TEXTS }, () => "");
  readonly #textDigests = new Uint32Array(RECENT_TEXTS);
  #bytes = Buffer.allocUnsafeSlow(2 * BLOCK_BYTES);
  #view = viewOf(this.#bytes);
  /** Up to this length, the next value has room. */
  #roomUntil = this.#bytes.length - MAX_VALUE;
  #length = 0;
  #lastNs = 0;
  #isEnded = false;

  constructor(onBlock: (records: Uint8Array) => void) {
    this.#onBlock = onBlock;
  }

  write({ at: atMs, actor, operation, subject, args, outcome }: TraceEvent): void {
    assert(!this.#isEnded, "an event is written after the end of the trace");
    const ns = Math.round(atMs * 1e6);
    assert(ns >= this.#lastNs, "an event is before the previous one");
    this.#makeRoom();
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
    this.#isEnded = true;
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

  #value(value: TraceValue): void {
    if (typeof value === "string") {
      this.#string(value);
      return;
    }
    this.#makeRoom();
    if (value === null || value === undefined) this.#byte(TAG.null);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean") this.#byte(value ? TAG.true : TAG.false);
    else if (isArray(value)) this.#array(value);
    else this.#object(value);
  }

  #array(values: readonly TraceValue[]): void {
    this.#byte(TAG.array);
    this.#natural(values.length);
    for (const value of values) this.#value(value);
  }

  #object(value: { readonly [key: string]: TraceValue }): void {
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

  /** Writes `count` at `place`, where one byte was reserved. Only the largest objects need more. */
  #setCount(place: number, count: number): void {
    if (count > 127) {
      const end = this.#length;
      const entries = Buffer.from(this.#bytes.subarray(place + 1, end));
      this.#makeRoom();
      this.#length = place;
      this.#natural(count);
      this.#bytes.set(entries, this.#length);
      this.#length += entries.length;
    } else {
      this.#bytes[place] = count;
    }
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.#byte(value >= 0 ? TAG.natural : TAG.negative);
      this.#natural(value >= 0 ? value : -1 - value);
    } else {
      this.#byte(TAG.double);
      this.#view.setFloat64(this.#length, value, true);
      this.#length += 8;
    }
  }

  #string(text: string): void {
    this.#makeRoom();
    const { length } = text;
    if (length > MAX_STRING) {
      this.#byte(TAG.digest);
      this.#natural(length);
      this.#view.setUint32(this.#length, this.#digestOf(text), true);
      this.#length += 4;
      return;
    }
    if (isWord(text)) {
      // Most events have words of recent events.
      const place = placeOf(text);
      if (this.#recent[place] === text) {
        this.#word(at(this.#recentNumbers, place));
        return;
      }
      const known = this.#words.get(text);
      if (known !== undefined) {
        this.#recent[place] = text;
        this.#recentNumbers[place] = known;
        this.#word(known);
        return;
      }
      if (this.#words.size < MAX_WORDS) {
        this.#words.set(text, this.#words.size);
        this.#byte(TAG.newWord);
        this.#text(text);
        return;
      }
    }
    this.#byte(TAG.string);
    this.#text(text);
  }

  #word(number: number): void {
    this.#byte(TAG.word);
    this.#natural(number);
  }

  #digestOf(text: string): number {
    const place = text.length & (RECENT_TEXTS - 1);
    if (this.#texts[place] !== text) {
      this.#texts[place] = text;
      this.#textDigests[place] = digestOf(text);
    }
    return at(this.#textDigests, place);
  }

  #text(text: string): void {
    const bytes = this.#bytes;
    // Almost all strings are short ASCII, for which a loop is faster than a call of Buffer.
    let next = this.#length + 1;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) {
        this.#wideText(text);
        return;
      }
      bytes[next++] = unit;
    }
    // At most 64 bytes, so the length takes one byte.
    bytes[this.#length] = text.length;
    this.#length = next;
  }

  #wideText(text: string): void {
    const length = Buffer.byteLength(text);
    this.#natural(length);
    const written = this.#bytes.write(text, this.#length, length, "utf8");
    assert(written === length, "a text does not fit into a block of the trace");
    this.#length += length;
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

  #makeRoom(): void {
    if (this.#length > this.#roomUntil) this.#grow();
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(2 * this.#bytes.length);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = viewOf(larger);
    this.#roomUntil = larger.length - MAX_VALUE;
  }
}

/** The place of a word in the cache. One in a hundred words of a run finds another word there. */
function placeOf(word: string): number {
  const { length } = word;
  if (length === 0) return 0;
  return (
    (length + 31 * word.charCodeAt(0) + 7 * word.charCodeAt(length >> 1) + 17 * word.charCodeAt(length - 1)) &
    (RECENT_WORDS - 1)
  );
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function isArray(value: object): value is readonly TraceValue[] {
  return Array.isArray(value);
}
