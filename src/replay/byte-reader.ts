/**
 * Reads the encoding that history files and traces share: bytes, varints (seven bits a byte, the lowest first) and
 * texts.
 */

/** A position in a piece of a file. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #damaged: (what: string) => Error;
  #position = 0;

  /** @param damaged makes the error of a damaged file: its argument says what is wrong */
  constructor(bytes: Buffer, damaged: (what: string) => Error) {
    this.#bytes = bytes;
    this.#damaged = damaged;
  }

  /** The number of bytes that have not been read. */
  get left(): number {
    return this.#bytes.length - this.#position;
  }

  byte(): number {
    const byte = this.#bytes[this.#position++];
    if (byte === undefined) throw this.#damaged("its data ends within a value");
    return byte;
  }

  /** A varint: a whole number of 0 or more. */
  natural(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw this.#damaged("a number above 2^53 - 1");
      if (byte < 128) return value;
    }
  }

  /** A varint of bytes, and as many bytes of UTF-8. */
  text(): string {
    return this.take(this.natural()).toString("utf8");
  }

  /** The next `length` bytes. They are not copied. */
  take(length: number): Buffer {
    if (length > this.left) throw this.#damaged("its data ends within a value");
    this.#position += length;
    return this.#bytes.subarray(this.#position - length, this.#position);
  }
}
