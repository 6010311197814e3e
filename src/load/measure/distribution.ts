/** A distribution of times made of recorded buckets: exact least, greatest and mean, HdrHistogram percentiles. */
import { build, type Histogram } from "hdr-histogram-js";
import { at } from "../../vocabulary/index.js";
import { BUCKETS, MAX_NS, SIGNIFICANT_DIGITS, lowerBoundOf, nonEmptyBuckets } from "./buckets.js";
import type { IntervalCounts } from "./segmented-trend.js";

/** Times in ms. With no samples every number but `count` is NaN. */
export interface Distribution {
  readonly count: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly meanMs: number;
  /** The exact sum of the samples, ns. */
  readonly sumNs: bigint;
  /**
   * The time that `percent` (0 to 100) of the samples do not exceed, ms, exact to three significant digits; beyond 104
   * days: the greatest.
   */
  percentile(percent: number): number;
  /**
   * How many samples lie between neighbouring `edgesMs` (ascending, ms), the lower edge included: one number fewer than
   * edges. A sample whose bucket straddles an edge counts where the bucket begins, so edges are exact to three
   * significant digits.
   */
  countsBetween(edgesMs: readonly number[]): number[];
  /** The samples as a histogram of nanoseconds, for encoding. A new one at each call. */
  histogram(): Histogram;
}

/** Scratch memory of {@link mergeCounts}: the sum of each bucket. All zeros between two calls. */
const sums = new Uint32Array(BUCKETS);

/** Adds up counts of several intervals or threads. */
export function mergeCounts(parts: readonly IntervalCounts[], index: number): IntervalCounts {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return { ...only, index };
  let first = BUCKETS;
  let end = 0;
  let minNs = Infinity;
  let maxNs = -1;
  let sumNs = 0n;
  for (const part of parts) {
    const { buckets, counts } = part;
    for (let place = 0; place < buckets.length; place++) {
      // A hot loop of every merge: no assertions.
      const bucket = buckets[place] ?? 0;
      sums[bucket] = (sums[bucket] ?? 0) + (counts[place] ?? 0);
    }
    first = Math.min(first, buckets[0] ?? BUCKETS);
    end = Math.max(end, (buckets.at(-1) ?? -1) + 1);
    minNs = Math.min(minNs, part.minNs);
    maxNs = Math.max(maxNs, part.maxNs);
    sumNs += part.sumNs;
  }
  const filled = nonEmptyBuckets(sums, first, end);
  sums.fill(0, first, end);
  return { index, ...filled, minNs, maxNs, sumNs };
}

export function createDistribution(counts: IntervalCounts): Distribution {
  const count = counts.counts.reduce((sum, n) => sum + n, 0);
  return {
    count,
    minMs: count === 0 ? NaN : counts.minNs / 1e6,
    maxMs: count === 0 ? NaN : counts.maxNs / 1e6,
    meanMs: Number(counts.sumNs) / count / 1e6,
    sumNs: counts.sumNs,
    percentile(percent) {
      if (count === 0) return NaN;
      const bucket = at(counts.buckets, placeOfRank(counts.counts, rankOf(percent, count)));
      // The upper end of the bucket, as by HdrHistogram, or the greatest time in it: times beyond the range share the
      // last bucket.
      const upper = percent === 0 ? counts.minNs : bucket === BUCKETS - 1 ? Infinity : lowerBoundOf(bucket + 1) - 1;
      return Math.min(Math.max(upper, counts.minNs), counts.maxNs) / 1e6;
    },
    countsBetween(edgesMs) {
      const between = Array.from({ length: Math.max(0, edgesMs.length - 1) }, () => 0);
      let row = -1;
      counts.buckets.forEach((bucket, index) => {
        const ms = Math.max(lowerBoundOf(bucket), counts.minNs) / 1e6;
        while (row + 1 < edgesMs.length && ms >= (edgesMs[row + 1] ?? Infinity)) row++;
        const there = between[row];
        if (there !== undefined) between[row] = there + at(counts.counts, index);
      });
      return between;
    },
    histogram: () => toHistogram(counts),
  };
}

/**
 * Which of `count` samples, in order and from 1, is at `percent`. What rounding has added does not make it the next.
 */
function rankOf(percent: number, count: number): number {
  const exact = (Math.min(percent, 100) / 100) * count;
  return Math.max(Math.ceil(exact - exact * Number.EPSILON), 1);
}

/** The place of the bucket that holds the sample of this rank. */
function placeOfRank(counts: Uint32Array, rank: number): number {
  let seen = 0;
  for (let place = 0; place < counts.length; place++) {
    // A loop of every percentile: no `at`.
    seen += counts[place] ?? 0;
    if (seen >= rank) return place;
  }
  return counts.length - 1;
}

/** The smallest range of a histogram; a larger one takes more memory. */
const HOUR_NS = 3_600_000_000_000;

function toHistogram(counts: IntervalCounts): Histogram {
  const histogram = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: Math.min(Math.max(HOUR_NS, counts.maxNs), MAX_NS),
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
  });
  const last = counts.buckets.length - 1;
  counts.buckets.forEach((bucket, index) => {
    // The greatest time is recorded as it is, so that the maximum of the histogram is exact.
    histogram.recordValueWithCount(
      index === last ? Math.min(counts.maxNs, MAX_NS) : lowerBoundOf(bucket),
      at(counts.counts, index),
    );
  });
  return histogram;
}
