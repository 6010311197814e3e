/** Reads the files of a replay piece by piece: history files and traces. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { whySystemFailed } from "../vocabulary/index.js";

type ReadError = new (message: string, options: ErrorOptions) => Error;

/** An open file and a position in it. Errors of the file system are thrown as the given error. */
export class FileReader {
  readonly #path: string;
  readonly #error: ReadError;
  readonly #file: number;
  #position: number;

  constructor(path: string, error: ReadError, position = 0) {
    this.#path = path;
    this.#error = error;
    this.#position = position;
    this.#file = this.#attempt(() => openSync(path, "r"));
  }

  /** The position of the next byte. */
  get position(): number {
    return this.#position;
  }

  /** The number of bytes that have not been read. */
  get left(): number {
    return this.#attempt(() => fstatSync(this.#file).size) - this.#position;
  }

  /** The next `length` bytes; undefined when there are fewer. */
  take(length: number): Buffer | undefined {
    // Before the allocation: a damaged length can be any number.
    if (length > this.left) return undefined;
    const bytes = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length; ) {
      const got = this.#attempt(() => readSync(this.#file, bytes, filled, length - filled, this.#position));
      if (got === 0) return undefined;
      filled += got;
      this.#position += got;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#file);
  }

  #attempt<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw new this.#error(`cannot read ${this.#path}: ${whySystemFailed(error)}`, { cause: error });
    }
  }
}
