/** Reads an order file as far as its header and chunks, one chunk in memory at a time, and checks that they are as they were written. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { CHUNK_HEAD_BYTES, chunkChecksum, HEADER_HEAD_BYTES, MAGIC, VERSION } from "./history-format.js";
import { HistoryError } from "./order-error.js";

export interface Chunks {
  /** The JSON of the header. */
  readonly header: string;
  /**
   * The entries of each chunk. The value at the end: whether the file has its end, or was cut off.
   * @throws HistoryError when the file is damaged, or was cut off though it `hasEnd`
   */
  read(hasEnd: boolean): Generator<Buffer, boolean>;
}

/** Looks at the header of the file at `path`. It is open again while its chunks are read. @throws HistoryError */
export function openChunks(path: string): Chunks {
  return reading(path, (file) => {
    const start = file.take(MAGIC.length + 1);
    if (start === undefined || !start.subarray(0, MAGIC.length).equals(MAGIC))
      throw new HistoryError(`${path}: it is not a record of order`);
    const version = start[MAGIC.length];
    if (version !== VERSION)
      throw new HistoryError(`${path}: a record of order of version ${version}; this program reads version ${VERSION}`);
    const head = file.take(HEADER_HEAD_BYTES);
    const json = head && file.take(head.readUInt32LE(0));
    if (head === undefined || json === undefined || crc32(json) !== head.readUInt32LE(4))
      throw new HistoryError(`${path}: damaged: its header is not as it was written`);
    return { header: json.toString(), read: (hasEnd) => chunksOf(path, file.at, hasEnd) };
  });
}

function* chunksOf(path: string, from: number, hasEnd: boolean): Generator<Buffer, boolean> {
  const file = openFile(path, from);
  try {
    let last = -1;
    for (;;) {
      const place = file.at;
      const head = file.take(CHUNK_HEAD_BYTES);
      const entries = head && file.take(head.readUInt32LE(0));
      if (head === undefined || entries === undefined) {
        if (hasEnd) throw new HistoryError(`${path}: damaged: it ends in the middle, though its run finished`);
        return false;
      }
      if (chunkChecksum(head, entries) !== head.readUInt32LE(8))
        throw new HistoryError(`${path}: damaged: the chunk at byte ${place} is not as it was written`);
      const number = head.readUInt32LE(4);
      // Written by its thread, which was killed before it could say so, and again from what it left.
      if (number === last && entries.length > 0) continue;
      if (number !== last + 1) throw new HistoryError(`${path}: damaged: chunk ${number} follows chunk ${last}`);
      last = number;
      if (entries.length > 0) {
        yield entries;
        continue;
      }
      if (!file.isAtEnd) throw new HistoryError(`${path}: damaged: it goes on after its end`);
      return true;
    }
  } finally {
    file.close();
  }
}

interface OpenFile {
  /** Where in the file the next bytes are. */
  readonly at: number;
  readonly isAtEnd: boolean;
  /** The next bytes; undefined when there are fewer. */
  take(length: number): Buffer | undefined;
  close(): void;
}

/** @throws HistoryError */
function openFile(path: string, from: number): OpenFile {
  const file = attempt(path, () => openSync(path, "r"));
  const size = attempt(path, () => fstatSync(file).size);
  let at = from;
  return {
    get at() {
      return at;
    },
    get isAtEnd() {
      return at === size;
    },
    take(length) {
      // Before room is made for them: a damaged length can be anything.
      if (length > size - at) return undefined;
      const bytes = Buffer.alloc(length);
      if (attempt(path, () => readSync(file, bytes, 0, length, at)) !== length) return undefined;
      at += length;
      return bytes;
    },
    close: () => closeSync(file),
  };
}

function reading<T>(path: string, read: (file: OpenFile) => T): T {
  const file = openFile(path, 0);
  try {
    return read(file);
  } finally {
    file.close();
  }
}

/** Does something to the file at `path`. @throws HistoryError in the place of the error of the file system */
function attempt<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new HistoryError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
