/** A distribution of times without a time axis: those of a benchmark or of a floor. */
import { bucketOf } from "./buckets.js";
import { createDistribution, type Distribution } from "./distribution.js";

/** @param samplesMs times, ms, not negative */
export function distributionOf(samplesMs: ArrayLike<number>): Distribution {
  const ns = Array.from(samplesMs, (ms) => Math.round(ms * 1e6));
  const counted = new Map<number, number>();
  for (const each of ns) counted.set(bucketOf(each), (counted.get(bucketOf(each)) ?? 0) + 1);
  const filled = [...counted].sort(([a], [b]) => a - b);
  return createDistribution({
    index: 0,
    buckets: Uint16Array.from(filled, ([bucket]) => bucket),
    counts: Uint32Array.from(filled, ([, count]) => count),
    minNs: ns.reduce((least, each) => Math.min(least, each), Infinity),
    maxNs: ns.reduce((most, each) => Math.max(most, each), -1),
    sumNs: ns.reduce((sum, each) => sum + BigInt(each), 0n),
  });
}
