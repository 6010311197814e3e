/**
 * The format of an order file, version 4: what one thread of a run did to agents and their slots, in its order, each with the
 * place that it had among everything that was done to the slot by any thread. docs/replay.md describes it in full.
 *
 *     magic, version, header | chunks | end
 *
 * The header is its length in bytes, a checksum, and JSON. A chunk is its length in bytes, its number, a checksum, and whole entries; the
 * end is a chunk without entries. An entry is a byte, `code << 1 | bit`, and what belongs to the code. Numbers are varints: seven bits a
 * byte, the lowest first. Fixed numbers have 4 bytes and are little-endian.
 */
import { crc32 } from "node:zlib";

/** "CROWDORD" in ASCII. */
export const MAGIC = Buffer.from("CROWDORD", "latin1");
export const VERSION = 4;

/** Bytes of the header before its JSON: the length and the checksum. */
export const HEADER_HEAD_BYTES = 8;
/** Bytes of a chunk before its entries: the length, the number and the checksum. */
export const CHUNK_HEAD_BYTES = 12;

/** The header, as it is in the file. */
export function encodeHeader(header: object): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(HEADER_HEAD_BYTES);
  head.writeUInt32LE(json.length, 0);
  head.writeUInt32LE(crc32(json), 4);
  return Buffer.concat([head, json]);
}

/** The chunk `number`, as it is in the file. Its checksum is of everything else. */
export function encodeChunk(number: number, entries: Uint8Array): Buffer {
  const head = Buffer.alloc(CHUNK_HEAD_BYTES);
  head.writeUInt32LE(entries.length, 0);
  head.writeUInt32LE(number, 4);
  head.writeUInt32LE(chunkChecksum(head, entries), 8);
  return Buffer.concat([head, entries]);
}

/** The checksum of a chunk with this head, whatever that says that it is. */
export function chunkChecksum(head: Buffer, entries: Uint8Array): number {
  return crc32(entries, crc32(head.subarray(0, 8)));
}

/** Where the order files of a run are, in its directory: one a thread, `<thread>.bin`. */
export const HISTORY_DIRECTORY = "order";

/** The codes of entries. From `operation` on they are those of the slot's operations (src/platform/sync/slot-operations.ts). */
export const CODE = {
  /** Slot; call + 1, or 0 for none: whose the following entries are. */
  turnTo: 0,
  /** Number, time, agent id, status: a handle was made. It is known by the number. The bit: by the thread that allocated the slot. */
  opened: 1,
  /** Number, time, handle, method, argument: a method of a handle was called. The call is known by the number. */
  started: 2,
  /** Value: the call ended. The bit: it threw, and the value is the error's name. */
  ended: 3,
  /** Number, status: a call has read the agent's row. The bit: the read failed, and the error's name stands for the status. */
  read: 4,
  /** Number, name, status: a write was asked for. The bit: a final status is to stay. */
  asked: 5,
  /** Number, time, status before: the write was answered. The bit: it had failed, and the error's name stands for the status. */
  answered: 6,
  /** Number, time: the thread uses the slot no more. */
  closed: 7,
  /** Number, time, status: as {@link CODE.read}, outside of any call. So begins the making of a handle whose row its maker does not have. */
  loaded: 8,
  /** Number, and time for a wake or wake, bytes for a push. The bit: whether the outcome was positive. */
  operation: 9,
} as const;

/** What a call is given and gives, as far as it decides anything. */
export type Scalar = string | number | boolean | null;

/** The first byte of a value says what it is. */
export const SCALAR = { null: 0, false: 1, true: 2, number: 3, text: 4 } as const;

/** Longer texts are cut: a name that nobody but the task's code gives meaning to. */
export const MAX_TEXT = 80;

/** The methods of a handle, and of what hangs on it, by which an agent's observers affect each other. */
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
