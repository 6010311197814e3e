/** Reads the records of a block back. */
import { TraceError } from "./trace-error.js";
import type { TraceEvent, TraceValue } from "./trace-event.js";
import { TAG } from "./trace-format.js";

/** What the records before the present one have said: words by their number, and the time. */
export class Dictionary {
  readonly words: string[] = [];
  /** The time of the record read last. */
  ns = 0;

  copy(): Dictionary {
    const copy = new Dictionary();
    copy.words.push(...this.words);
    copy.ns = this.ns;
    return copy;
  }
}

/** A long string of which the trace keeps only this. */
export interface Digest {
  readonly length: number;
  readonly digest: string;
}

/** The events of one block; `dictionary` carries over from one block to the next. `path` is for errors. */
export function* decodeBlock(block: Buffer, dictionary: Dictionary, path: string): Generator<TraceEvent> {
  const cursor = new Cursor(block, dictionary.words, path);
  while (cursor.at < block.length) {
    dictionary.ns += cursor.natural();
    yield {
      at: dictionary.ns / 1e6,
      actor: asText(cursor.value()),
      operation: asText(cursor.value()),
      subject: asText(cursor.value()),
      args: cursor.value(),
      outcome: cursor.value(),
    };
  }
}

function asText(value: TraceValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The deepest value that is believed: those of a run have a few levels. */
const DEEPEST = 1000;

class Cursor {
  at = 0;
  #depth = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly words: string[],
    private readonly path: string,
  ) {}

  natural(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw this.#damaged("a number that is too large");
      if (byte < 128) return value;
    }
  }

  value(): TraceValue {
    const tag = this.#byte();
    switch (tag) {
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.natural:
        return this.natural();
      case TAG.negative:
        return -1 - this.natural();
      case TAG.double:
        return this.#take(8).readDoubleLE();
      case TAG.string:
        return this.#text();
      case TAG.newWord: {
        const word = this.#text();
        this.words.push(word);
        return word;
      }
      case TAG.word: {
        const word = this.words[this.natural()];
        if (word === undefined) throw this.#damaged("a word that was never said");
        return word;
      }
      case TAG.digest: {
        const length = this.natural();
        const digest = this.#take(4).readUInt32LE().toString(16).padStart(8, "0");
        return { length, digest } satisfies Digest;
      }
      case TAG.array:
        return Array.from({ length: this.#count() }, () => this.#inner());
      case TAG.object: {
        const entries: [string, TraceValue][] = [];
        for (let left = this.#count(); left > 0; left--) entries.push([asText(this.#inner()), this.#inner()]);
        return Object.fromEntries(entries);
      }
      default:
        throw this.#damaged(`a value of the unknown kind ${tag}`);
    }
  }

  /** How many values follow. Each takes a byte or more. */
  #count(): number {
    const count = this.natural();
    if (count > this.bytes.length - this.at) throw this.#damaged("a record that ends too early");
    return count;
  }

  /** A value that is part of another. */
  #inner(): TraceValue {
    if (++this.#depth > DEEPEST) throw this.#damaged("a value that is nested too deeply");
    const value = this.value();
    this.#depth--;
    return value;
  }

  #text(): string {
    return this.#take(this.natural()).toString("utf8");
  }

  #take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw this.#damaged("a record that ends too early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  #byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw this.#damaged("a record that ends too early");
    return byte;
  }

  #damaged(what: string): Error {
    return new TraceError(`${this.path}: damaged: ${what}`);
  }
}
