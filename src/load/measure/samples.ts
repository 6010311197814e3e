/** A distribution of times that were not recorded along a run's time axis: of a benchmark, or of a floor. */
import { bucketOf } from "./buckets.js";
import { createDistribution, type Distribution } from "./distribution.js";

/** @param samplesMs times, ms, not negative */
export function distributionOf(samplesMs: ArrayLike<number>): Distribution {
  const ns = Array.from(samplesMs, (ms) => Math.round(ms * 1e6));
  const counted = new Map<number, number>();
  for (const each of ns) counted.set(bucketOf(each), (counted.get(bucketOf(each)) ?? 0) + 1);
  const buckets = Uint16Array.from(counted.keys()).sort();
  return createDistribution({
    index: 0,
    buckets,
    counts: Uint32Array.from(buckets, (bucket) => counted.get(bucket) ?? 0),
    minNs: ns.reduce((least, each) => Math.min(least, each), Infinity),
    maxNs: ns.reduce((most, each) => Math.max(most, each), -1),
    sumNs: ns.reduce((sum, each) => sum + BigInt(each), 0n),
  });
}
