/** The report of a running run: the page with the present figures, and the updates that keep it current. */
import {
  evaluateSoFar,
  type Measurements,
  type ScheduleVerdict,
  type Threshold,
  type Viewpoint,
} from "../../load/measure/index.js";
import type { MachineSoFar } from "../../load/measure/machine/index.js";
import type { Phase, ReportData } from "../../results/index.js";
import { figuresOf, type Summary, buildReportData, phasesAt, type StatusEvent } from "../../results/index.js";
import { chart, machineSection } from "./chart-sections.js";
import { thresholdsSoFar } from "./check-sections.js";
import { counters, latencies, outcomes, path } from "./figure-sections.js";
import { meter } from "./html-table.js";
import { html, nothing, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { reportBody, reportTitle } from "./report-page.js";
import { keyFigures } from "./verdict-section.js";
import {
  formatAgainst,
  formatBound,
  formatCount,
  formatMs,
  formatElapsed,
  printable,
  printableData,
} from "../../vocabulary/index.js";

/** The state of a run at one moment. */
export interface LiveView {
  readonly runId: string;
  readonly scenario: { readonly name: string; readonly description: string };
  readonly measurements: Measurements;
  /** `planned` is absent when the platform decides how many arrive. */
  readonly workers: { readonly arrived: number; readonly planned?: number };
  /** When the last action of the plan is due, ms. */
  readonly scheduledMs: number;
  /** How late the load is generated; absent where time is simulated. */
  readonly schedule?: ScheduleVerdict | undefined;
  /** What was used of the machine; absent where time is simulated, or where other machines make the load. */
  readonly machine?: MachineSoFar | undefined;
  readonly thresholds: readonly Threshold[];
  /** Up to now. A phase that has not ended has its planned end. */
  readonly phases: readonly Phase[];
  readonly statusEvents: readonly StatusEvent[];
  /** Agents by their present status. */
  readonly outcomes: Summary["outcomes"];
  /** From where the run measures. */
  readonly from: Viewpoint;
}

/** The page until the run has started. */
export function renderWaiting(): string {
  return renderPage({
    title: "crowdstorm",
    runs: [],
    body: html`<section class="verdict running" aria-labelledby="verdict">
<h1 id="verdict">The run has not started</h1></section>`,
  });
}

/** The page as the dashboard serves it. */
export function renderLive(view: LiveView): string {
  const parts = partsOf(view);
  const data = dataOf(view);
  const part = (id: keyof typeof parts, heading: string, ...charts: Markup[]): Markup => {
    const headingId = `${id}-heading`;
    return html`<section id="${id}" aria-labelledby="${headingId}"><h2 id="${headingId}">${heading}</h2>
${charts}<div data-part="${id}">${parts[id] ?? nothing}</div></section>`;
  };
  const live = (kind: string, label: string): Markup => chart(kind, 0, label, nothing);
  const time = [
    live("latency", "Latency of live updates over time"),
    html`<h3>Live updates a second</h3>`,
    live("rate", "Live updates a second"),
    data.machine === undefined ? nothing : machineSection(data.machine, 0, nothing),
  ];
  const statuses = [
    live("statuses-main", "Agents by status over time"),
    html`<h3>Onboarding agents</h3>`,
    live("statuses-onboarding", "Onboarding agents by status over time"),
  ];
  return renderPage({
    title: `${view.scenario.name} running – crowdstorm`,
    live: true,
    runs: [data],
    body: html`<div data-part="head">${parts.head}</div>
${section("time", "Latency over time, ms", ...time)}
${section("statuses", "Agents by status", ...statuses)}
${part("outcomes", "Agents now")}
${part("percentiles", "Latency by percentile, ms", live("percentiles", "Latency by percentile"))}
${parts.path === undefined ? nothing : part("path", "Path of a live update, ms")}
${part("thresholds", "Thresholds so far")}
${part("counters", "Counters")}`,
  });
}

/** The update of a served page, as JSON: chart data, and the parts of the page. */
export function renderLiveUpdate(view: LiveView): string {
  const parts = Object.fromEntries(Object.entries(partsOf(view)).map(([id, part]) => [id, part.markup]));
  return JSON.stringify({ data: printableData(dataOf(view)), parts });
}

/** The update that makes a served page the report of the run, as JSON. */
export function renderFinalUpdate(summary: Summary, data: ReportData): string {
  const page = { title: printable(reportTitle(summary)), parts: { main: reportBody(summary, data).markup } };
  return JSON.stringify({ data: printableData(data), ...page });
}

function dataOf({ scenario, from, ...view }: LiveView): ReportData {
  const { runId, measurements, phases, statusEvents, machine } = view;
  const charts = { runId, scenario: scenario.name, measurements, phases, statusEvents, slowest: [] };
  return buildReportData({ ...charts, machine, from });
}

function partsOf(view: LiveView) {
  const figures = figuresOf(view.measurements, view.from);
  return {
    head: html`${running(view)}${progress(view)}${keyFigures(figures)}`,
    outcomes: outcomes(view),
    percentiles: latencies({ ...figures, floor: [] }),
    // Over a network, only the ends of the path are seen.
    ...(view.from === "inside" && { path: path(figures) }),
    thresholds: thresholdsSoFar(evaluateSoFar(view.thresholds, view.measurements)),
    counters: counters(figures),
  };
}

function running({ scenario, measurements: { durationMs }, phases, runId }: LiveView): Markup {
  const facts = [phasesAt(phases, durationMs), runId];
  return html`<section class="verdict running" aria-labelledby="verdict">
<h1 id="verdict"><span class="stamp">● Running</span> ${scenario.name}</h1>
<p class="description">${scenario.description}</p>
<p class="facts">${facts.map((fact) => html`<span>${fact}</span> `)}</p>
</section>`;
}

/** How far the run is, and whether its load is on time. */
function progress({ workers, measurements: { durationMs }, scheduledMs, schedule }: LiveView): Markup {
  const figure = (label: string, value: string, detail: Markup | string): Markup =>
    html`<div><dt>${label}</dt><dd>${value}</dd><dd class="detail">${detail}</dd></div>`;
  const { arrived, planned } = workers;
  const [now, scheduled] = [formatElapsed(durationMs), formatElapsed(scheduledMs)];
  return html`<dl class="figures">
${
  planned === undefined
    ? figure("Workers arrived", formatCount(arrived), "as many as the platform lets in (closed model)")
    : figure("Workers arrived", `${formatCount(arrived)} of ${formatCount(planned)}`, meter(arrived / planned))
}
${
  durationMs > scheduledMs
    ? figure("Time", now, `planned: ${scheduled}; the last agents end`)
    : figure("Time", `${now} of ${scheduled}`, meter(durationMs / scheduledMs))
}
${schedule === undefined ? nothing : figure("Load generated late, p99", ...lateness(schedule))}
</dl>`;
}

function lateness({ slipP99Ms, slipMaxMs, boundMs }: ScheduleVerdict): [string, string] {
  if (slipP99Ms === null) return ["not yet", "no action was carried out"];
  return [
    `${formatAgainst(slipP99Ms, boundMs)} ms`,
    `allowed: ${formatBound(boundMs)} ms; at most ${formatMs(slipMaxMs)} ms`,
  ];
}
