/** The log is read back by the library's reader, interval by interval. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HistogramLogReader, listTags } from "hdr-histogram-js";
import { createRecorder, formatHlog } from "../../../../dist/load/measure/index.js";
import { mergeSnapshots } from "../../../support/measure/merge-snapshots.js";

const startEpochMs = Date.UTC(2024, 0, 2, 3, 4, 5, 678);

function log(): string {
  const recorder = createRecorder({ thread: "t", originMs: 1000, intervalMs: 1000 });
  const [latency, slip] = [recorder.trend("live_update_latency"), recorder.trend("schedule_slip")];
  for (let ms = 1; ms <= 1000; ms++) latency.record(ms / 10, 1500);
  slip.record(0.25, 1600);
  latency.record(0.000001, 4200);
  latency.record(3_600_000, 4300);
  return formatHlog(mergeSnapshots([recorder.take()], 4000), { startEpochMs, comment: "test", divided: [] });
}

test("every interval comes back with its tag, its time, its count and its percentiles", () => {
  const text = log();
  assert.deepEqual(listTags(text).sort(), ["live_update_latency", "schedule_slip"]);
  const reader = new HistogramLogReader(text, 64);
  const read = [];
  for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram()) {
    read.push({
      tag: next.tag,
      startMs: Math.round(next.startTimeStampMsec - startEpochMs),
      lengthMs: Math.round(next.endTimeStampMsec - next.startTimeStampMsec),
      count: next.totalCount,
      p50: next.getValueAtPercentile(50) / 1e6,
      max: next.getValueAtPercentile(100) / 1e6,
    });
  }
  assert.deepEqual(read, [
    { tag: "live_update_latency", startMs: 0, lengthMs: 1000, count: 1000, p50: 50.003967, max: 100.007935 },
    { tag: "schedule_slip", startMs: 0, lengthMs: 1000, count: 1, p50: 0.250111, max: 0.250111 },
    { tag: "live_update_latency", startMs: 3000, lengthMs: 1000, count: 2, p50: 0.000001, max: 3_601_330.077695 },
  ]);
});

test("the head says the format and the times; the third column is the maximum in ms", () => {
  const [comment, version, start, base, legend, first] = log().split("\n");
  assert.equal(comment, "#[test]");
  assert.equal(version, "#[Histogram log format version 1.3]");
  assert.equal(start, "#[StartTime: 1704164645.678 (seconds since epoch), 2024-01-02T03:04:05.678Z]");
  assert.equal(base, "#[BaseTime: 1704164645.678 (seconds since epoch)]");
  assert.match(legend ?? "", /^"StartTimestamp"/);
  assert.match(first ?? "", /^Tag=live_update_latency,0\.000,1\.000,100\.000,[A-Za-z0-9+/=]+$/);
});
