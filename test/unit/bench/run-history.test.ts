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
