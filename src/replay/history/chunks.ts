/** Reads the header and the chunks of a history file and checks their checksums. One chunk is in memory at a time. */
import { crc32 } from "node:zlib";
import { at } from "../../vocabulary/index.js";
import { FileReader } from "../file-reader.js";
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
  const file = new FileReader(path, HistoryError);
  try {
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
    const { position } = file;
    return { header: json.toString(), read: (hasEnd) => chunksOf(path, position, hasEnd) };
  } finally {
    file.close();
  }
}

function* chunksOf(path: string, from: number, hasEnd: boolean): Generator<Buffer, boolean> {
  const file = new FileReader(path, HistoryError, from);
  try {
    let last = -1;
    for (;;) {
      const place = file.position;
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
      if (file.left > 0) throw new HistoryError(`${path}: damaged: it has bytes after its end`);
      return true;
    }
  } finally {
    file.close();
  }
}
