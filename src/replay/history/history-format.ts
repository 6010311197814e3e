/**
 * The format of a history file, version 4: the operations of one thread of a run on agents and their slots, in the
 * thread's order. Each has its number in the order of all operations on the slot. docs/replay.md describes the format
 * in full.
 *
 *     magic, version, header | chunks | end
 *
 * The header is its length in bytes, a checksum, and JSON. A chunk is the length of its entries in bytes, its number, a
 * checksum, and whole entries. The end is a chunk without entries. An entry is a byte, `code << 1 | bit`, and the
 * fields of the code. Numbers are varints: seven bits a byte, the lowest first. Numbers of fixed size have 4 bytes and
 * are little-endian.
 */
import { crc32 } from "node:zlib";

/** "CROWDORD" in ASCII. */
export const MAGIC = Buffer.from("CROWDORD", "latin1");
export const VERSION = 4;

/** Bytes of the header before its JSON: the length and the checksum. */
export const HEADER_HEAD_BYTES = 8;
/** Bytes of a chunk before its entries: the length, the number and the checksum. */
export const CHUNK_HEAD_BYTES = 12;

/** The bytes of the header. */
export function encodeHeader(header: object): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(HEADER_HEAD_BYTES);
  head.writeUInt32LE(json.length, 0);
  head.writeUInt32LE(crc32(json), 4);
  return Buffer.concat([head, json]);
}

/** The bytes of chunk `number`. Its checksum covers everything else in it. */
export function encodeChunk(number: number, entries: Uint8Array): Buffer {
  const head = Buffer.alloc(CHUNK_HEAD_BYTES);
  head.writeUInt32LE(entries.length, 0);
  head.writeUInt32LE(number, 4);
  head.writeUInt32LE(chunkChecksum(head, entries), 8);
  return Buffer.concat([head, entries]);
}

/** The checksum of a chunk, computed from its head and its entries. */
export function chunkChecksum(head: Buffer, entries: Uint8Array): number {
  return crc32(entries, crc32(head.subarray(0, 8)));
}

/** The folder of the history files in a run's directory. Each thread has one, `<thread>.bin`. */
export const HISTORY_DIRECTORY = "order";

/** The codes of entries. From `operation` on: those of the slot's operations (src/platform/sync/slot-operations.ts). */
export const CODE = {
  /** Slot; call + 1, or 0 for none: what the following entries are about. */
  context: 0,
  /**
   * Number, time, agent id, status: a handle was made. The number identifies it. The bit: by the thread that allocated
   * the slot.
   */
  opened: 1,
  /** Number, time, handle, method, argument: a method of a handle was called. The number identifies the call. */
  started: 2,
  /** Value: the call ended. The bit: it threw; the value is the error's name. */
  ended: 3,
  /**
   * Number, status: a call has read the agent's row. The bit: the read failed; the error's name replaces the status.
   */
  read: 4,
  /** Number, name, status: a write was requested. The bit: it keeps a final status. */
  asked: 5,
  /** Number, time, status before: the write was answered. The bit: it failed; the error's name replaces the status. */
  answered: 6,
  /** Number, time: the thread no longer uses the slot. */
  closed: 7,
  /** Number, time, status: as {@link CODE.read}, outside of any call: a read for a new handle. */
  loaded: 8,
  /** Number; time, if the operation is timed; bytes, for a push. The bit: whether the outcome was positive. */
  operation: 9,
} as const;

/** The recorded part of a call's argument or result: as much of it as has an effect. */
export type Scalar = string | number | boolean | null;

/** The first byte of a value: its type. */
export const SCALAR = { null: 0, false: 1, true: 2, number: 3, text: 4 } as const;

/** Recorded times are rounded to whole microseconds: a duration can be wrong by so much, ms. */
export const ROUNDING_MS = 0.002;

/** Longer texts are truncated: only the task's code gives meaning to such names. UTF-16 units. */
export const MAX_TEXT = 80;

/** The methods of a handle, and of its mailbox and event, by which an agent's observers affect each other. */
export const METHODS = [
  "getStatus",
  "updateStatusSteps",
  "getLiveUpdateSteps",
  "awaitSubmitSteps",
  "handleSubmitSteps",
  "markDoneSteps",
  "approveWorkSteps",
  "softRejectWorkSteps",
  "rejectWorkSteps",
  "shutdown",
  "mailbox.append",
  "didSubmit.set",
  "didSubmit.clear",
] as const;
export type Method = (typeof METHODS)[number];
