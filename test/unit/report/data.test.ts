/** The data of the charts: heat map, percentile curve and stacked statuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRecorder, type Measurements } from "../../../dist/load/measure/index.js";
import { buildReportData, latencyByPart, type ReportData, type StatusEvent } from "../../../dist/results/index.js";
import { exampleMeasurements, exampleReport, exampleSummary } from "../../support/report/example.js";
import { mergeSnapshots } from "../../support/measure/merge-snapshots.js";

function measured(latencies: readonly { ms: number; atMs: number }[], durationMs: number): Measurements {
  const recorder = createRecorder({ thread: "t", originMs: 0 });
  for (const { ms, atMs } of [...latencies].sort((a, b) => a.atMs - b.atMs))
    recorder.trend("live_update_latency").record(ms, atMs);
  return mergeSnapshots([recorder.take()], durationMs);
}

function dataOf(measurements: Measurements, statusEvents: StatusEvent[] = []): ReportData {
  return buildReportData({
    runId: "r",
    scenario: "s",
    phases: [],
    slowest: [],
    measurements,
    statusEvents,
    from: "inside",
  });
}

const latencies = fc.array(
  fc.record({ ms: fc.double({ min: 0, max: 60_000, noNaN: true }), atMs: fc.integer({ min: 0, max: 9999 }) }),
  { minLength: 1, maxLength: 60 },
);

test("every latency is in one cell of the heat map, in the column of its interval", () => {
  fc.assert(
    fc.property(latencies, (samples) => {
      const { latency } = dataOf(measured(samples, 10_000));
      latency.cells.forEach((column, at) => {
        assert.equal(column.length, latency.edgesMs.length - 1);
        assert.equal(
          column.reduce((sum, n) => sum + n, 0),
          latency.count[at],
        );
      });
      assert.equal(
        latency.count.reduce((sum, n) => sum + n, 0),
        samples.length,
      );
    }),
    { numRuns: 100 },
  );
});

test("a cell has the latencies between its edges", () => {
  const { latency } = dataOf(
    measured(
      [
        { ms: 0.5, atMs: 0 },
        { ms: 0.51, atMs: 1 },
        { ms: 40, atMs: 700 },
      ],
      1000,
    ),
  );
  assert.deepEqual(latency.startMs, [0, 500]);
  const rowOf = (ms: number): number => latency.edgesMs.findLastIndex((edge) => edge <= ms);
  assert.equal(latency.cells[0]?.[rowOf(0.5)], 2);
  assert.equal(latency.cells[1]?.[rowOf(40)], 1);
});

test("the percentile curve is monotonic and ends at the greatest latency", () => {
  fc.assert(
    fc.property(latencies, (samples) => {
      const curve = dataOf(measured(samples, 10_000)).percentiles[0];
      assert.ok(curve !== undefined);
      for (const column of [curve.percent, curve.ms])
        column.reduce((before, value) => (assert.ok(value >= before), value));
      const greatest = Math.max(...samples.map(({ ms }) => ms));
      assert.ok(Math.abs((curve.ms.at(-1) ?? NaN) - greatest) <= greatest * 0.001 + 1e-6);
    }),
    { numRuns: 100 },
  );
});

test("the curve has the same percentiles as the summary", () => {
  const { trends } = exampleSummary();
  const [curve] = dataOf(exampleMeasurements()).percentiles;
  const of = (percent: number): number | undefined => curve?.ms[curve.percent.indexOf(percent)];
  const { p50, p90, p99, p999 } = trends["live_update_latency"] ?? {};
  assert.deepEqual(
    [50, 90, 99, 99.9].map(of),
    [p50, p90, p99, p999].map((ms) => Number(ms?.toPrecision(6))),
  );
});

test("each agent is counted in its status at each instant", () => {
  const { statuses } = exampleReport();
  const { atMs, series } = statuses.main;
  assert.deepEqual(
    series.map(({ status }) => status),
    ["none", "accepted", "in task", "completed"],
  );
  const at = (ms: number): Record<string, number> => {
    const point = atMs.findLastIndex((instant) => instant <= ms);
    return Object.fromEntries(series.map(({ status, agents }) => [status, agents[point] ?? NaN]));
  };
  // One agent every 100 ms, each a second in every status before its end.
  assert.deepEqual(at(0), { none: 1, accepted: 0, "in task": 0, completed: 0 });
  assert.deepEqual(at(14_200), { none: 0, accepted: 0, "in task": 0, completed: 100 });
  atMs.forEach((ms, point) => {
    const present = series.reduce((sum, { agents }) => sum + (agents[point] ?? 0), 0);
    assert.equal(present, Math.min(100, Math.floor(ms / 100) + 1));
  });
  assert.deepEqual(statuses.onboarding, { atMs: [], series: [] });
});

test("random faults are counted by kind, and only as many are marked as a chart can show", () => {
  assert.deepEqual(exampleReport().faultMarks, [
    { label: "late", count: 2, atMs: [3000, 8000] },
    { label: "lost", count: 1, atMs: [9000] },
  ]);
  const faults = Array.from({ length: 5000 }, (_, at) => ({ label: "late", atMs: at }));
  const [marks] =
    buildReportData({
      runId: "r",
      scenario: "s",
      phases: [],
      slowest: [],
      faults,
      measurements: measured([], 1),
      statusEvents: [],
      from: "inside",
    }).faultMarks ?? [];
  assert.equal(marks?.count, 5000);
  assert.equal(marks.atMs.length, 556);
});

test("a run without events has no charts, and no number that JSON cannot hold", () => {
  const data = dataOf(measured([], 1));
  assert.deepEqual(data.percentiles, []);
  assert.deepEqual(data.latency.cells, []);
  assert.deepEqual(JSON.parse(JSON.stringify(data)), data);
});

test("the latency of a behaviour over time is beside that of all, interval by interval", () => {
  const { latency, parts } = exampleReport();
  assert.ok(parts !== undefined);
  assert.deepEqual(
    parts.behaviours.map(({ behaviour }) => behaviour),
    ["dropping", "unaffected"],
  );
  latency.count.forEach((count, interval) => {
    const counts = parts.behaviours.map((each) => each.count[interval] ?? NaN);
    assert.equal(
      counts.reduce((sum, n) => sum + n, 0),
      count,
    );
  });
  const { tagged } = exampleSummary();
  const figures = tagged?.behaviours.map(({ trends }) => trends["live_update_latency"]?.p99);
  assert.deepEqual(
    parts.behaviours.map(({ curve }) => curve.ms[curve.percent.indexOf(99)]),
    figures?.map((ms) => Number(ms?.toPrecision(6))),
  );
});

test("the phases of the data are those of the summary, and a moment has nothing during it", () => {
  const { parts } = exampleReport();
  assert.deepEqual(
    parts?.phases.map(({ phase, span, fromMs, toMs }) => [phase, span, fromMs, toMs]),
    exampleSummary().tagged?.phases.map(({ phase, span, fromMs, toMs }) => [phase, span, fromMs, toMs]),
  );
  assert.equal(parts?.phases.filter(({ span }) => span === "shutdown").length, 2);
});

test("only the behaviours and spans with the most updates are in the data, and the others are counted", () => {
  const behaviours = Array.from({ length: 12 }, (_, n) => `b${n}`);
  const spans = behaviours.map((name, n) => ({ name, fromMs: n * 1000, toMs: (n + 1) * 1000 }));
  const tags = { behaviours, spans };
  const recorder = createRecorder({ thread: "t", originMs: 0, tags, now: () => 0 });
  behaviours.forEach((name, n) => {
    const trend = recorder.ofBehaviour(name).trend("live_update_latency");
    for (let update = 0; update <= n; update++) trend.record(1, n * 1000 + 500);
  });
  const {
    behaviours: shown,
    phases,
    omitted,
  } = latencyByPart(mergeSnapshots([recorder.take()], 12_000, tags), "inside");
  assert.deepEqual(
    shown.map(({ behaviour }) => behaviour),
    behaviours.slice(4),
  );
  assert.deepEqual([...new Set(phases.map(({ span }) => span))], behaviours.slice(4));
  assert.deepEqual(omitted, { behaviours: 4, spans: 4 });
});

test("a run without updates has no lines of its behaviours, and empty ones of its phases", () => {
  const tags = { behaviours: ["b"], spans: [{ name: "s", fromMs: 1, toMs: 2 }] };
  const { behaviours, phases } = latencyByPart(mergeSnapshots([], 3, tags), "inside");
  assert.deepEqual(behaviours, []);
  assert.deepEqual(
    phases.map(({ count, p50, curve }) => [count, p50, curve.ms.length]),
    [
      [0, null, 0],
      [0, null, 0],
      [0, null, 0],
    ],
  );
});
