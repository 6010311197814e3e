/** Decodes the records of a block. */
import { ByteReader } from "../byte-reader.js";
import { TraceError } from "./trace-error.js";
import type { TraceEvent, TraceValue } from "./trace-event.js";
import { TAG } from "./trace-format.js";

/** The state of decoding after a record: the words by their numbers, and the time. */
export class Dictionary {
  readonly words: string[] = [];
  /** The time of the last record, ns. */
  ns = 0;

  copy(): Dictionary {
    const copy = new Dictionary();
    copy.words.push(...this.words);
    copy.ns = this.ns;
    return copy;
  }
}

/** What the trace keeps of a long string. */
export interface Digest {
  readonly length: number;
  readonly digest: string;
}

/** The events of one block. The dictionary is that of all blocks before it. `path`: for errors. @throws TraceError */
export function* decodeBlock(block: Buffer, dictionary: Dictionary, path: string): Generator<TraceEvent> {
  const damaged = (what: string): TraceError => new TraceError(`${path}: damaged: ${what}`);
  const reader = new ByteReader(block, damaged);
  const values = new ValueReader(reader, dictionary.words, damaged);
  while (reader.left > 0) {
    dictionary.ns += reader.natural();
    yield {
      at: dictionary.ns / 1e6,
      actor: asText(values.next()),
      operation: asText(values.next()),
      subject: asText(values.next()),
      args: values.next(),
      outcome: values.next(),
    };
  }
}

function asText(value: TraceValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The deepest nesting of values. Those of a run have a few levels; more is damage. */
const DEEPEST = 1000;

class ValueReader {
  readonly #reader: ByteReader;
  readonly #words: string[];
  readonly #damaged: (what: string) => TraceError;
  #depth = 0;

  constructor(reader: ByteReader, words: string[], damaged: (what: string) => TraceError) {
    this.#reader = reader;
    this.#words = words;
    this.#damaged = damaged;
  }

  next(): TraceValue {
    const reader = this.#reader;
    const tag = reader.byte();
    switch (tag) {
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.natural:
        return reader.natural();
      case TAG.negative:
        return -1 - reader.natural();
      case TAG.double:
        return reader.take(8).readDoubleLE();
      case TAG.string:
        return reader.text();
      case TAG.newWord: {
        const word = reader.text();
        this.#words.push(word);
        return word;
      }
      case TAG.word: {
        const word = this.#words[reader.natural()];
        if (word === undefined) throw this.#damaged("a word that is not in the dictionary");
        return word;
      }
      case TAG.digest: {
        const length = reader.natural();
        const digest = reader.take(4).readUInt32LE().toString(16).padStart(8, "0");
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

  /** The number of values that follow. Each takes a byte or more. */
  #count(): number {
    const count = this.#reader.natural();
    if (count > this.#reader.left) throw this.#damaged("its data ends within a value");
    return count;
  }

  /** A value inside another. */
  #inner(): TraceValue {
    if (++this.#depth > DEEPEST) throw this.#damaged("a value that is nested too deeply");
    const value = this.next();
    this.#depth--;
    return value;
  }
}
