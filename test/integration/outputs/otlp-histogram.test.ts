/** The buckets of the histograms that a collector gets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecorder } from "../../../dist/load/measure/index.js";
import { openOutputs } from "../../../dist/outputs/index.js";
import { mergeSnapshots } from "../../support/measure/merge-snapshots.js";
import { startReceiver } from "../../support/outputs/otlp-receiver.js";

/** How many of these times, ms, are at most each bound, in s, by the histogram that a collector gets. */
async function cumulativeOf(t: { after(fn: () => unknown): void }, times: readonly number[]) {
  const receiver = await startReceiver();
  t.after(() => receiver.close());
  const recorder = createRecorder({ thread: "t", originMs: 0 });
  for (const ms of times) recorder.trend("live_update_latency").record(ms, 200);
  const measurements = mergeSnapshots([recorder.take()], 1000);
  const outputs = await openOutputs([{ kind: "otlp", to: receiver.url }]);
  outputs.start({
    ...{ runId: "r", seed: "1", engine: "virtual", scenario: "steady", from: "inside" },
    measured: () => measurements,
  });
  await outputs.end(undefined);
  const { metrics } = receiver.received.at(-1) ?? assert.fail("an export");
  const histogram = metrics.find(({ name }) => name === "crowdstorm.live_update_latency")?.histogram;
  const { bucketCounts, explicitBounds } = histogram?.dataPoints[0] ?? assert.fail("a histogram");
  let sum = 0;
  const sums = bucketCounts.map((count) => (sum += count));
  assert.equal(sum, times.length);
  return (bound: number): number => sums[explicitBounds.indexOf(bound)] ?? assert.fail(`no bound ${bound}`);
}

test("a time that equals a bound is in the bucket that ends there", async (t) => {
  const atMost = await cumulativeOf(t, [1, 1, 1, 1.5]);
  assert.deepEqual([0.0005, 0.001, 0.002].map(atMost), [0, 3, 4]);
});

test("so are times that begin a bucket of the recorder, and a nanosecond more is above the bound", async (t) => {
  const exact = await cumulativeOf(t, [0, 0.005, 0.01, 0.02]);
  assert.deepEqual([0.00001, 0.00002, 0.00005].map(exact), [3, 4, 4]);
  const above = await cumulativeOf(t, [0.010001, 5]);
  assert.deepEqual([0.00001, 0.00002, 0.002, 0.005].map(above), [0, 1, 1, 2]);
});
