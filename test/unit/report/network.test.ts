/** The pages of a run over a network say nothing about the path of a live update, of which only the ends are seen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderLive, renderLiveUpdate, renderRunComparison } from "../../../dist/report/index.js";
import { renderComparison } from "../../../dist/report/html/comparison-page.js";
import type { Summary } from "../../../dist/results/index.js";
import { exampleLiveView } from "../../support/report/example-live-view.js";
import { exampleReport, exampleSummary } from "../../support/report/example.js";

const inside = exampleSummary();
const trends = Object.fromEntries(Object.entries(inside.trends).filter(([name]) => !name.startsWith("stage_")));
const network: Summary = { ...inside, engine: "network", trends };

const pageOf = (a: Summary, b: Summary): string =>
  renderComparison({ summary: a, data: exampleReport() }, { summary: b, data: exampleReport() }, []);

test("a comparison has no section on the path when both runs are over a network", () => {
  assert.match(pageOf(inside, inside), /Path of a live update/);
  const page = pageOf(network, network);
  assert.doesNotMatch(page, /Path of a live update|No live update was taken/);
});

test("when one of two is, its column says that the path was not measured, and the times are not compared", () => {
  const page = pageOf(inside, network);
  assert.match(page, /Path of a live update/);
  assert.match(page, /Not measured over a network\./);
  assert.doesNotMatch(page, /No live update was taken/);
  assert.match(
    renderRunComparison(inside, network, { color: false }),
    /^One run used real threads and the other a network: their times cannot be compared\.$/m,
  );
});

test("neither the dashboard nor its updates have the path", () => {
  const view = exampleLiveView({ from: "clients" });
  assert.match(renderLive(exampleLiveView()), /Path of a live update/);
  assert.doesNotMatch(renderLive(view), /Path of a live update|No live update was taken/);
  const { parts } = JSON.parse(renderLiveUpdate(view)) as { readonly parts: Readonly<Record<string, string>> };
  assert.deepEqual(Object.keys(parts).sort(), ["counters", "head", "outcomes", "percentiles", "thresholds"]);
});
