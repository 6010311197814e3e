/** Reads the header and the chunks of a history file and checks their checksums. One chunk is in memory at a time. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { at, whySystemFailed } from "../../vocabulary/index.js";
import { CHUNK_HEAD_BYTES, chunkChecksum, HEADER_HEAD_BYTES, MAGIC, VERSION } from "./history-format.js";
import { HistoryError } from "./history-error.js";

export interface Chunks {
  /** The header, as JSON. */
  readonly header: string;
  /**
   * The entries of each chunk. Returns whether the file is complete.
   * @throws HistoryError when the file is damaged, or is incomplete although `hasEnd`
   */
  read(hasEnd: boolean): Generator<Buffer, boolean>;
}

/**
 * Reads the header of the file at `path`. Its chunks are read later, with the file opened again.
 * @throws HistoryError
 */
export function openChunks(path: string): Chunks {
  return reading(path, (file) => {
    const start = file.take(MAGIC.length + 1);
    if (start === undefined || !start.subarray(0, MAGIC.length).equals(MAGIC))
      throw new HistoryError(`${path}: it is not a history file`);
    const version = at(start, MAGIC.length);
    if (version !== VERSION)
      throw new HistoryError(`${path}: a history file of version ${version}: expected version ${VERSION}`);
    const head = file.take(HEADER_HEAD_BYTES);
    const json = head && file.take(head.readUInt32LE(0));
    if (head === undefined || json === undefined || crc32(json) !== head.readUInt32LE(4))
      throw new HistoryError(`${path}: damaged: the checksum of its header is wrong`);
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
        if (hasEnd) throw new HistoryError(`${path}: damaged: it is incomplete, although its run finished`);
        return false;
      }
      if (chunkChecksum(head, entries) !== head.readUInt32LE(8))
        throw new HistoryError(`${path}: damaged: the checksum of the chunk at byte ${place} is wrong`);
      const number = head.readUInt32LE(4);
      // A thread that was killed after it wrote a chunk leaves the chunk in its buffer, so that it is written again.
      if (number === last && entries.length > 0) continue;
      if (number !== last + 1) throw new HistoryError(`${path}: damaged: chunk ${number} follows chunk ${last}`);
      last = number;
      if (entries.length > 0) {
        yield entries;
        continue;
      }
      if (!file.isAtEnd) throw new HistoryError(`${path}: damaged: it has bytes after its end`);
      return true;
    }
  } finally {
    file.close();
  }
}

interface OpenFile {
  /** The position of the next byte in the file. */
  readonly at: number;
  readonly isAtEnd: boolean;
  /** The next `length` bytes; undefined when there are fewer. */
  take(length: number): Buffer | undefined;
  close(): void;
}

/** @throws HistoryError */
function openFile(path: string, from: number): OpenFile {
  const file = attempt(path, () => openSync(path, "r"));
  const size = attempt(path, () => fstatSync(file).size);
  let position = from;
  return {
    get at() {
      return position;
    },
    get isAtEnd() {
      return position === size;
    },
    take(length) {
      // Before the allocation: a damaged length can be any number.
      if (length > size - position) return undefined;
      const bytes = Buffer.alloc(length);
      if (attempt(path, () => readSync(file, bytes, 0, length, position)) !== length) return undefined;
      position += length;
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

/** Runs `body` on the file at `path`. @throws HistoryError in place of an error of the file system */
function attempt<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new HistoryError(`cannot read ${path}: ${whySystemFailed(error)}`, { cause: error });
  }
}
