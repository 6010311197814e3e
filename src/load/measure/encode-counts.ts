/**
 * Recorded counts in HdrHistogram's encoding V2, compressed, as base64: what a line of a histogram log holds.
 *
 * The library's encoder takes a histogram with all of its 44,000 counts, most of them 0, and in a bundle it compresses in
 * JavaScript; this one takes the buckets that are not empty. Tests decode it with the library.
 */
import { deflateSync } from "node:zlib";
import { MAX_NS, SIGNIFICANT_DIGITS } from "./buckets.js";
import type { IntervalCounts } from "./segmented-trend.js";

/** The last digit but one: counts are ZigZag LEB128 numbers. */
const COOKIE = 0x1c849313;
const COMPRESSED_COOKIE = 0x1c849314;
/** The smallest range that is written; readers of an interval make room for it. */
const HOUR_NS = 3_600_000_000_000;

export function encodeCounts({ buckets, counts, maxNs }: IntervalCounts): string {
  const payload: number[] = [];
  let next = 0;
  for (let place = 0; place < buckets.length; place++) {
    // A loop of every line: no `at`.
    const bucket = buckets[place] ?? 0;
    // A negative number is that many empty buckets.
    if (bucket > next) putNumber(payload, 2 * (bucket - next) - 1);
    putNumber(payload, 2 * (counts[place] ?? 0));
    next = bucket + 1;
  }
  const head = Buffer.alloc(40);
  head.writeInt32BE(COOKIE, 0);
  head.writeInt32BE(payload.length, 4);
  // No shift of the indices.
  head.writeInt32BE(0, 8);
  head.writeInt32BE(SIGNIFICANT_DIGITS, 12);
  head.writeBigInt64BE(1n, 16);
  head.writeBigInt64BE(BigInt(Math.min(Math.max(HOUR_NS, maxNs), MAX_NS)), 24);
  // Values are whole numbers: a ratio of 1.
  head.writeDoubleBE(1, 32);
  const compressed = deflateSync(Buffer.concat([head, Uint8Array.from(payload)]));
  const wrapper = Buffer.alloc(8);
  wrapper.writeInt32BE(COMPRESSED_COOKIE, 0);
  wrapper.writeInt32BE(compressed.length, 4);
  return Buffer.concat([wrapper, compressed]).toString("base64");
}

/** LEB128: seven bits a byte, the least first. Divisions, since 32-bit operations cannot hold every count. */
function putNumber(bytes: number[], value: number): void {
  while (value >= 128) {
    bytes.push((value % 128) + 128);
    value = Math.floor(value / 128);
  }
  bytes.push(value);
}
