/**
 * HdrHistogram's bucket layout for this project's range: nanoseconds from 0 to 2^53 - 1 (104 days), three significant
 * digits.
 *
 * A recorder counts by this layout itself (`bucket-counter.ts`) rather than into a histogram of hdr-histogram-js.
 * Measured with Node 20 on the machine of the project's figures, a record costs 63–87 ns in the library's JavaScript
 * histograms, 22 ns in its WebAssembly one, and closing an interval (encode, reset) costs 0.15–0.5 ms a metric, once a
 * second, on the thread that is being measured; here it is 9 ns and 0.02–0.1 ms. Percentiles are found in the few
 * buckets that are not empty (`distribution.ts`): the library looks at all 44,000 of its own. It encodes the logs.
 * Tests compare the layout, the percentiles and the logs with the library's.
 */

/**
 * Counts per power of two are half of this: the least power of two of at least 2 × 10³, for three significant digits.
 */
const SUB_BUCKETS = 2048;
const SUB_BUCKET_BITS = 11;
const HALF_BITS = SUB_BUCKET_BITS - 1;

/** The largest value that has a bucket of its own width: 104 days, in ns. Larger values share the last bucket. */
export const MAX_NS = Number.MAX_SAFE_INTEGER;
export const SIGNIFICANT_DIGITS = 3;

/** The index of the bucket that holds `ns`, an integer that is not negative. Indexes fit 16 bits. */
export function bucketOf(ns: number): number {
  if (ns < SUB_BUCKETS) return ns;
  if (ns < 2 ** 32) {
    const shift = 32 - SUB_BUCKET_BITS - Math.clz32(ns);
    return (shift << HALF_BITS) + (ns >>> shift);
  }
  // 32-bit operations cannot hold the value; its upper part has all the digits that count: 11 bits of 2^32, 31 of
  // MAX_NS.
  const upper = Math.floor(Math.min(ns, MAX_NS) / 2 ** 22);
  const shift = 32 - SUB_BUCKET_BITS - Math.clz32(upper);
  return ((shift + 22) << HALF_BITS) + (upper >>> shift);
}

/** The least value, in ns, of the bucket with this index: the inverse of {@link bucketOf}. */
export function lowerBoundOf(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket;
  const shift = (bucket >>> HALF_BITS) - 1;
  return (bucket - (shift << HALF_BITS)) * 2 ** shift;
}

/** How many buckets there are. */
export const BUCKETS = bucketOf(MAX_NS) + 1;

/** Buckets that are not empty, ascending, and the count of each. */
export interface FilledBuckets {
  readonly buckets: Uint16Array;
  readonly counts: Uint32Array;
}

/** Those of the buckets from `first` to before `end` that are not empty. */
export function nonEmptyBuckets(counts: Uint32Array, first: number, end: number): FilledBuckets {
  let filled = 0;
  for (let bucket = first; bucket < end; bucket++) if (counts[bucket] !== 0) filled++;
  const buckets = new Uint16Array(filled);
  const kept = new Uint32Array(filled);
  let at = 0;
  for (let bucket = first; bucket < end; bucket++) {
    // A hot loop: no `at`. The bounds are those of `counts`.
    const count = counts[bucket] ?? 0;
    if (count === 0) continue;
    buckets[at] = bucket;
    kept[at++] = count;
  }
  return { buckets, counts: kept };
}
