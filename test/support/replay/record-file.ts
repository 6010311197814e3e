/** Reads and changes history files, for tests of incomplete and damaged ones. */
import { readFileSync } from "node:fs";
import {
  CHUNK_HEAD_BYTES,
  encodeChunk,
  HEADER_HEAD_BYTES,
  MAGIC,
} from "../../../dist/replay/history/history-format.js";

const HEADER_AT = MAGIC.length + 1;

/** The bytes of a file up to the end of its header. */
export function headerBytesOf(path: string): number {
  return HEADER_AT + HEADER_HEAD_BYTES + readFileSync(path).readUInt32LE(HEADER_AT);
}

/** The entries of each chunk of a complete file. */
export function chunksOf(path: string): Buffer[] {
  const bytes = readFileSync(path);
  const chunks: Buffer[] = [];
  for (let at = headerBytesOf(path); at < bytes.length; ) {
    const start = at + CHUNK_HEAD_BYTES;
    at = start + bytes.readUInt32LE(at);
    if (at > start) chunks.push(bytes.subarray(start, at));
  }
  return chunks;
}

/** The file at `path` with the entries of `chunks`. `hasEnd`: whether it has its end. */
export function withChunks(path: string, chunks: readonly Buffer[], hasEnd = true): Buffer {
  const all = hasEnd ? [...chunks, Buffer.alloc(0)] : chunks;
  return Buffer.concat([
    readFileSync(path).subarray(0, headerBytesOf(path)),
    ...all.map((entries, number) => encodeChunk(number, entries)),
  ]);
}
