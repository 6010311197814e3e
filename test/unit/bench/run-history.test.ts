/** Series of many runs: how many of them they have, and what is said of the others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seriesOf } from "../../../dist/bench/index.js";
import { renderHistory, renderHistoryPage } from "../../../dist/report/index.js";
import { MAX_SERIES_RUNS } from "../../../dist/results/index.js";
import { exampleSummary } from "../../support/report/example.js";

test("a series has its newest runs, and the text and the page say of how many", () => {
  const summary = exampleSummary();
  const start = Date.parse(summary.startedAt);
  const older = 700;
  const runs = Array.from({ length: MAX_SERIES_RUNS + older }, (_, index) => ({
    summary: { ...summary, runId: `run-${index}`, startedAt: new Date(start + 60_000 * index).toISOString() },
    directory: `results/run-${index}`,
    scenarioText: "",
  }));
  const [series, ...others] = seriesOf(runs.toReversed());
  assert.ok(series !== undefined && others.length === 0);
  assert.deepEqual([series.runs.length, series.olderRuns], [MAX_SERIES_RUNS, older]);
  assert.deepEqual([series.runs[0]?.runId, series.runs.at(-1)?.runId], [`run-${older}`, `run-${runs.length - 1}`]);
  for (const { values } of series.figures) assert.equal(values.length, MAX_SERIES_RUNS);
  const history = { series: [series], excluded: [] };
  const heading = /disconnect-storm: the newest 300 of 1,000 runs, /;
  const text = renderHistory(history, { color: false, width: 100 });
  assert.match(text, heading);
  assert.ok(text.split("\n").every((line) => line.length <= 100));
  assert.match(text, /^ {2}verdicts, oldest first +…✓{65}$/m);
  assert.match(renderHistoryPage(history, "results/history.html"), heading);
});

test("what the thresholds with tags are about, and the shares, show their changes", () => {
  const summary = exampleSummary();
  const start = Date.parse(summary.startedAt);
  const metric = "live_update_latency{behaviour:unaffected,during:storm}";
  const rate = "task_completion{behaviour:unaffected}";
  const change = 8;
  const runs = Array.from({ length: 2 * change }, (_, index) => {
    // Some noise, the same in every run of the test.
    const noise = 1 + 0.02 * Math.sin(index * index + 1);
    const isWorse = index >= change;
    const observed = (isWorse ? 40 : 20) * noise;
    const passes = Math.round((isWorse ? 850 : 950) * noise);
    return {
      summary: {
        ...summary,
        runId: `run-${index}`,
        startedAt: new Date(start + 60_000 * index).toISOString(),
        rates: { task_completion: { passes, total: 1000 } },
        thresholds: [
          ...summary.thresholds,
          { metric, expression: "p(99)<250", observed, passed: true },
          // One that the scenario had not yet in the first run.
          ...(index === 0 ? [] : [{ metric: rate, expression: "rate>0.9", observed: isWorse ? 0.9 : 1, passed: true }]),
        ],
      },
      directory: `results/run-${index}`,
      scenarioText: "",
    };
  });
  const [series] = seriesOf(runs);
  assert.ok(series !== undefined);
  const changed = series.figures.filter(({ changes }) => changes.length > 0);
  assert.deepEqual(
    changed.map(({ name, label, unit, changes }) => [
      name,
      label,
      unit,
      changes.map(({ run, isWorse }) => [run, isWorse]),
    ]),
    [
      [`${metric}/p99`, "live update (intended) of behaviour:unaffected,during:storm, p99", "ms", [[change, true]]],
      ["task_completion", "task completion", "share", [[change, true]]],
      [`${rate}/rate`, "task completion of behaviour:unaffected", "share", [[change, true]]],
    ],
  );
  assert.deepEqual(changed.at(-1)?.values.slice(0, 2), [null, 1]);
  const history = { series: [series], excluded: [] };
  const text = renderHistory(history, { color: false, width: 80 });
  assert.match(text, /^ {2}live update \(intended\) of behaviour:unaffected,during:storm, p99\n {30,}[\d.]+ ms /m);
  assert.match(text, /^ {2}task completion {2,}[\d.]+ % /m);
  assert.ok(text.split("\n").every((line) => line.length <= 80));
  assert.match(renderHistoryPage(history, "results/history.html"), /task completion of behaviour:unaffected/);
});
