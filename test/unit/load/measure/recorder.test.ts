/** Recording and merging: nothing is lost, wherever and whenever it was recorded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { build } from "hdr-histogram-js";
import {
  Collector,
  createRecorder,
  createSharedCounts,
  type Measurements,
} from "../../../../dist/load/measure/index.js";
import { mergeSnapshots } from "../../../support/measure/merge-snapshots.js";

const PERCENTS = [0, 10, 50, 90, 99, 99.9, 100];
const HOUR_MS = 3_600_000;
/** The end of the range: 2^53 - 1 ns. */
const MAX_MS = Math.floor(Number.MAX_SAFE_INTEGER / 1e6);

/** Times over the whole range, as often short as long, and the bounds of the layout. */
const anyTime = fc.oneof(
  fc.double({ min: 0, max: 0.01, noNaN: true }),
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.double({ min: 0, max: HOUR_MS, noNaN: true }),
  fc.double({ min: 0, max: MAX_MS, noNaN: true }),
  fc.constantFrom(0, 0.000001, 0.002047, 0.002048, 4294.967295, 4294.967296, HOUR_MS, 2 ** 48 / 1e6, MAX_MS),
);
const anyRecord = fc.record({
  thread: fc.nat(2),
  ms: anyTime,
  atMs: fc.double({ min: 100, max: 20_000, noNaN: true }),
});

function facts(measurements: Measurements) {
  const trend = measurements.trends.live_update_latency;
  return {
    count: trend.count,
    min: trend.minMs,
    max: trend.maxMs,
    mean: trend.meanMs,
    percentiles: PERCENTS.map((percent) => trend.percentile(percent)),
    counters: measurements.counters,
    rates: measurements.rates,
  };
}

test("merging the snapshots of several threads gives what one thread would have recorded", () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 200 }), fc.nat(199), (records, takeAfter) => {
      const one = createRecorder({ thread: "one", originMs: 100 });
      const threads = [0, 1, 2].map((n) => createRecorder({ thread: `thread ${n}`, originMs: 100 }));
      const snapshots = [];
      for (const [n, { thread, ms, atMs }] of records.entries()) {
        for (const recorder of [one, threads[thread] ?? one]) {
          recorder.trend("live_update_latency").record(ms, atMs);
          recorder.count("live_updates_taken", 2);
          recorder.observe("task_completion", ms > 1);
        }
        if (n === takeAfter) snapshots.push(...threads.map((recorder) => recorder.take()));
      }
      snapshots.push(...threads.map((recorder) => recorder.take()));
      const whole = mergeSnapshots([one.take()], 1000);
      assert.deepEqual(facts(mergeSnapshots(snapshots, 1000)), facts(whole));
      assert.deepEqual(facts(mergeSnapshots(structuredClone(snapshots).reverse(), 1000)), facts(whole));
      assert.equal(whole.trends.live_update_latency.count, records.length);
    }),
    { numRuns: 100 },
  );
});

test("percentiles are those of a histogram of hdr-histogram-js that recorded the same nanoseconds", () => {
  fc.assert(
    fc.property(fc.array(anyTime, { minLength: 1, maxLength: 100 }), (times) => {
      const recorder = createRecorder({ thread: "t", originMs: 0 });
      const histogram = build({
        bitBucketSize: 64,
        autoResize: false,
        highestTrackableValue: Number.MAX_SAFE_INTEGER,
        numberOfSignificantValueDigits: 3,
      });
      for (const ms of times) {
        recorder.trend("schedule_slip").record(ms, 0);
        histogram.recordValue(Math.round(ms * 1e6));
      }
      const trend = mergeSnapshots([recorder.take()], 1).trends.schedule_slip;
      const nanoseconds = times.map((ms) => Math.round(ms * 1e6));
      const [least, greatest] = [Math.min(...nanoseconds), Math.max(...nanoseconds)];
      assert.equal(trend.minMs, least / 1e6);
      assert.equal(trend.maxMs, greatest / 1e6);
      for (const percent of PERCENTS) {
        const expected = Math.min(Math.max(histogram.getValueAtPercentile(percent), least), greatest);
        assert.equal(trend.percentile(percent), expected / 1e6);
      }
    }),
    { numRuns: 100 },
  );
});

test("times are placed on the time axis where they ended", () => {
  const recorder = createRecorder({ thread: "t", originMs: 5000, intervalMs: 1000 });
  const trend = recorder.trend("live_update_latency");
  trend.record(1, 5000);
  trend.record(2, 5999.9);
  trend.record(3, 8000);
  const intervals = mergeSnapshots([recorder.take()], 4000).intervals("live_update_latency");
  assert.deepEqual(
    intervals.map(({ startMs, lengthMs, distribution }) => [startMs, lengthMs, distribution.count, distribution.maxMs]),
    [
      [0, 1000, 2, 2],
      [3000, 1000, 1, 3],
    ],
  );
});

test("a long run has longer intervals, not more of them, and loses nothing", () => {
  const recorder = createRecorder({ thread: "t", originMs: 0 });
  const collector = new Collector({ maxIntervals: 8 });
  for (let second = 0; second < 50; second++) {
    recorder.trend("live_update_latency").record(second, second * 1000);
    collector.add(recorder.take());
  }
  const measurements = collector.measurements(50_000);
  const intervals = measurements.intervals("live_update_latency");
  assert.deepEqual(
    intervals.map((interval) => interval.startMs),
    [0, 8000, 16_000, 24_000, 32_000, 40_000, 48_000],
  );
  assert.deepEqual(
    intervals.map((interval) => interval.distribution.count),
    [8, 8, 8, 8, 8, 8, 2],
  );
  assert.ok(intervals.every((interval) => interval.lengthMs === 8000));
  assert.equal(measurements.trends.live_update_latency.count, 50);
});

test("gauges: the newest value of each thread, added up", () => {
  const [one, two] = [createRecorder({ thread: "1", originMs: 0 }), createRecorder({ thread: "2", originMs: 0 })];
  one.gauge("agents_waiting", 5);
  two.gauge("agents_waiting", 7);
  const early = one.take();
  one.gauge("agents_waiting", 1);
  const measurements = mergeSnapshots([early, one.take(), two.take()], 1);
  assert.equal(measurements.gauges.agents_waiting, 8);
  assert.equal(measurements.gauges.agents_live, undefined);
});

test("gauges: a thread that is gone has no share of them any more, and what else it recorded stays", () => {
  const [one, two] = [createRecorder({ thread: "1", originMs: 0 }), createRecorder({ thread: "2", originMs: 0 })];
  one.gauge("agents_waiting", 5);
  one.count("timeouts");
  two.gauge("agents_waiting", 7);
  const collector = new Collector();
  for (const recorder of [one, two]) collector.add(recorder.take());
  collector.forget("1");
  assert.equal(collector.measurements(1).gauges.agents_waiting, 7);
  assert.equal(collector.measurements(1).counters.timeouts, 1);
  collector.forget("2");
  assert.equal(collector.measurements(1).gauges.agents_waiting, 0);
});

test("a time that cannot be is refused", () => {
  const trend = createRecorder({ thread: "t", originMs: 0 }).trend("stage_wake");
  assert.throws(() => trend.record(-0.001, 0), /stage_wake: a time cannot be -0.001 ms/);
  assert.throws(() => trend.record(NaN, 0), RangeError);
  assert.throws(() => trend.record(Infinity, 0), RangeError);
  assert.throws(() => trend.record(1, NaN), /time axis/);
});

test("no time is clamped, however long, and the sum is exact", () => {
  const year = 365 * 24 * HOUR_MS;
  const times = [1, 3 * HOUR_MS, 6 * HOUR_MS, year, 2 * year];
  const recorder = createRecorder({ thread: "t", originMs: 0 });
  for (const ms of times) recorder.trend("stage_wake").record(ms, 0);
  const trend = mergeSnapshots([structuredClone(recorder.take())], 1).trends.stage_wake;
  assert.equal(trend.maxMs, 2 * year);
  assert.equal(
    trend.sumNs,
    times.reduce((sum, ms) => sum + BigInt(ms) * 1_000_000n, 0n),
  );
  // Beyond 104 days only the greatest is known.
  assert.equal(trend.percentile(100), 2 * year);
  assert.equal(trend.percentile(80), 2 * year);
  assert.ok(Math.abs(trend.percentile(60) / (6 * HOUR_MS) - 1) < 0.001);
  assert.deepEqual(trend.countsBetween([0, HOUR_MS, 4 * HOUR_MS, 10 * HOUR_MS, year]), [1, 1, 1, 2]);
  assert.equal(trend.histogram().totalCount, times.length);
});

test("what a thread has counted is known without its last snapshot", () => {
  const shared = createSharedCounts();
  const recorder = createRecorder({ thread: "t", originMs: 0, counts: shared.counts });
  recorder.count("returns", 2);
  shared.received(recorder.take());
  assert.deepEqual(shared.rest(), []);
  recorder.count("returns", 3);
  recorder.count("errors");
  recorder.take();
  assert.deepEqual(shared.rest(), [
    { name: "returns", count: 3, behaviour: 0, segment: 0 },
    { name: "errors", count: 1, behaviour: 0, segment: 0 },
  ]);
  assert.equal(
    shared.counts.reduce((sum, count) => sum + count),
    6,
  );
});

test("recorders with different time axes are not merged", () => {
  const snapshots = [0, 1].map((originMs) => createRecorder({ thread: "t", originMs }).take());
  assert.throws(() => mergeSnapshots(snapshots, 1), RangeError);
});
