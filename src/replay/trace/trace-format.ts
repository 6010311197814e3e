/**
 * The format of a trace file, version 1; docs/trace.md describes it in full.
 *
 *     magic, version, header (JSON) | blocks | end
 *
 * A block is its length in bytes and whole records, so that a reader needs only one block in memory. A record is the
 * time since the previous record in nanoseconds, and five values. Natural numbers are varints: seven bits a byte, the
 * lowest first.
 */

/** "CROWDTRC" in ASCII. */
export const MAGIC = Buffer.from("CROWDTRC", "latin1");
export const VERSION = 1;

/** The first byte of a value: its type. */
export const TAG = {
  null: 0,
  false: 1,
  true: 2,
  /** A varint n. */
  natural: 3,
  /** A varint n, for -1 - n. */
  negative: 4,
  /** Eight bytes, IEEE 754, little-endian. */
  double: 5,
  /** A varint of bytes, and as many of UTF-8. */
  string: 6,
  /** As `string`. It gets the next number of the dictionary. */
  newWord: 7,
  /** A varint: a number of the dictionary. */
  word: 8,
  /** Of a long string: a varint of UTF-16 units, and the FNV-1a hash of them in four bytes, little-endian. */
  digest: 9,
  /** A varint of values, and the values. */
  array: 10,
  /** A varint of entries, and for each its key, a string, and its value. */
  object: 11,
} as const;

/** The most words of the dictionary, which the writer and the reader keep in memory. */
export const MAX_WORDS = 4096;
/** A string of more UTF-16 units than this is kept as its digest. */
export const MAX_STRING = 64;
/** A block ends when it has at least this many bytes. */
export const BLOCK_BYTES = 1 << 16;

/** Whether a string is kept in the dictionary. Strings that end in a digit are ids, of which there are too many. */
export function isWord(text: string): boolean {
  // `charCodeAt` out of range even once makes V8 use a slower code for every call here.
  const last = text.length === 0 ? 0 : text.charCodeAt(text.length - 1);
  return text.length <= 40 && !(last >= 48 && last <= 57);
}

/** FNV-1a over UTF-16 units, 32 bits. */
export function digestOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
