/** The report of a run that goes on: the same page with what is known so far, and the news that bring it up to date. */
import { evaluate, type Measurements, type Threshold, type Viewpoint } from "../../load/measure/index.js";
import type { Phase, ReportData } from "../../results/index.js";
import { figuresOf, type Summary, buildReportData, type StatusEvent } from "../../results/index.js";
import { chart } from "./chart-sections.js";
import { thresholds as thresholdTable } from "./check-sections.js";
import { counters, latencies, outcomes, path } from "./figure-sections.js";
import { html, nothing, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { reportBody } from "./report-page.js";
import { keyFigures } from "./verdict-section.js";
import { printableData } from "../../vocabulary/index.js";

/** A run at one moment. */
export interface LiveView {
  readonly runId: string;
  readonly scenario: { readonly name: string; readonly description: string };
  readonly measurements: Measurements;
  readonly thresholds: readonly Threshold[];
  /** Up to now; the ends of those that have not ended are planned ones. */
  readonly phases: readonly Phase[];
  readonly statusEvents: readonly StatusEvent[];
  /** Agents by their present status. */
  readonly outcomes: Summary["outcomes"];
  /** From where the run measures. Left out: inside. */
  readonly from?: Viewpoint;
}

/** The page as it is served at first; `renderLiveUpdate` fill it. */
export function renderLive(view: LiveView): string {
  const parts = partsOf(view);
  const part = (id: string, heading: string, ...charts: Markup[]): Markup =>
    html`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${heading}</h2>${charts}<div data-part="${id}">${parts[id] ?? nothing}</div></section>`;
  const { name } = view.scenario;
  return renderPage({
    title: `${name} running – crowdstorm`,
    live: true,
    runs: [dataOf(view)],
    body: html`<div data-part="head">${parts["head"] ?? nothing}</div>
${section("time", "Latency over time, ms", chart("latency", 0, "Latency of live updates over time", nothing), html`<h3>Live updates a second</h3>`, chart("rate", 0, "Live updates taken a second", nothing))}
${section("statuses", "Agents by status", chart("statuses-main", 0, "Agents by status over time", nothing), html`<h3>Onboarding agents</h3>`, chart("statuses-onboarding", 0, "Onboarding agents by status over time", nothing))}
${part("outcomes", "Agents now")}
${part("percentiles", "Latency by percentile, ms", chart("percentiles", 0, "Latency by percentile", nothing))}
${part("path", "Path of a live update, ms")}
${part("thresholds", "Thresholds so far")}
${part("counters", "Counters")}`,
  });
}

/** What brings a served page up to date, as JSON: chart data, and the parts of the page. */
export function renderLiveUpdate(view: LiveView): string {
  const parts = Object.fromEntries(Object.entries(partsOf(view)).map(([id, { markup }]) => [id, markup]));
  return JSON.stringify({ data: printableData(dataOf(view)), parts });
}

/** What turns a served page into the report of the run, as JSON. */
export function renderFinalUpdate(summary: Summary, data: ReportData): string {
  return JSON.stringify({ data: printableData(data), parts: { main: reportBody(summary, data).markup } });
}

function dataOf({ runId, scenario, measurements, phases, statusEvents, from = "inside" }: LiveView): ReportData {
  return buildReportData({ runId, scenario: scenario.name, measurements, phases, statusEvents, slowest: [], from });
}

function partsOf(view: LiveView): Record<string, Markup> {
  const figures = figuresOf(view.measurements, view.from);
  return {
    head: html`${running(view)}${keyFigures(figures)}`,
    outcomes: outcomes(view),
    percentiles: latencies({ ...figures, floor: [] }),
    path: path(figures),
    thresholds: thresholdTable({ thresholds: evaluate(view.thresholds, view.measurements) }),
    counters: counters(figures),
  };
}

function running({ scenario, measurements, phases, runId }: LiveView): Markup {
  const { durationMs } = measurements;
  const now = phases.filter(({ fromMs, toMs }) => fromMs <= durationMs && durationMs < toMs).map(({ label }) => label);
  return html`<section class="verdict running" aria-labelledby="verdict">
<h1 id="verdict"><span class="stamp">● Running</span> ${scenario.name}</h1>
<p class="description">${scenario.description}</p>
<p class="facts"><span>${(durationMs / 1000).toFixed(1)} s</span> <span>${now.length === 0 ? "drain" : now.join(", ")}</span> <span>${runId}</span></p>
</section>`;
}
