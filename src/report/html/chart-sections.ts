/**
 * Where the page's script draws. Each chart says what it shows and carries the same figures as a table, which is all there is
 * without the script.
 */
import { formatCount, formatMs } from "../../vocabulary/index.js";
import {
  NAMED_PERCENTILES,
  type FaultMarks,
  type Phase,
  type ReportData,
  type StatusesOverTime,
} from "../../results/index.js";
import { html, nothing, type Markup } from "./markup.js";
import { table } from "./html-table.js";

/** Rows of a table beneath a chart; more would be no reading. */
const TABLE_ROWS = 60;

/** `run` is which of the embedded runs it draws, 0 unless the page compares two. */
export function latencyChart({ latency, phases, faultMarks = [] }: ReportData, run = 0): Markup {
  const rows = thinned(latency.startMs.length).map((at) => [
    seconds(latency.startMs[at]),
    formatCount(latency.count[at] ?? 0),
    ...[latency.p50, latency.p90, latency.p99, latency.max].map((column) => formatMs(column[at])),
  ]);
  const heads = ["updates", "p50", "p90", "p99", "max"].map((head) => ({ head }));
  return html`${chart(
    "latency",
    run,
    "Latency of live updates over time: a heat map with lines for p50, p99 and the maximum",
    html`${table("Latency over time, ms", [{ head: "from", text: true }, ...heads], rows)}
${
  phases.length === 0
    ? nothing
    : table(
        "Phases of the run",
        [{ head: "phase", text: true }, { head: "from" }, { head: "to" }],
        phases.map(({ label, fromMs, toMs }) => [label, seconds(fromMs), seconds(toMs)]),
      )
}`,
  )}
${faultList(phases, faultMarks)}
<p class="legend-note"><span class="heat" aria-hidden="true"></span> few to many updates in a cell; each row is an eighth of a decade, each column ${seconds(latency.lengthMs)}.
<span class="screen">Point at a chart, or move through it with the arrow keys, to read its values; drag to look closer, double-click or press Escape to see all of it.</span></p>
<h3>Live updates a second</h3>
${chart("rate", run, "Live updates taken a second", nothing)}`;
}

const FAULT = html`<span class="mark" aria-hidden="true"></span>`;

/** What the marks of faults stand for. */
function faultList(phases: readonly Phase[], marks: readonly FaultMarks[]): Markup {
  const faults = phases.filter(({ kind }) => kind === "fault");
  if (faults.length + marks.length === 0) return nothing;
  return html`<ul class="faults" aria-label="Faults">${faults.map(({ fromMs, label, detail }) => html`<li>${FAULT}<time>${seconds(fromMs)}</time> ${detail ?? label}</li>`)}
${marks.map(({ label, count }) => html`<li>${FAULT}<b>${formatCount(count)}</b> ${label}</li>`)}</ul>`;
}

export function statusChart({ statuses }: ReportData, type: "main" | "onboarding", run = 0): Markup {
  if (statuses[type].series.length === 0) return nothing;
  const label = type === "main" ? "Agents by status over time" : "Onboarding agents by status over time";
  return html`<h3>${type === "main" ? "Agents" : "Onboarding agents"}</h3>${chart(`statuses-${type}`, run, label, statusTable(label, statuses[type]))}`;
}

/** Of one run all its curves, of two the latency of live updates in each. */
export function percentileChart(...runs: readonly ReportData[]): Markup {
  const curves =
    runs.length === 1
      ? (runs[0]?.percentiles ?? [])
      : runs.flatMap(({ percentiles }, at) =>
          percentiles.slice(0, 1).map((curve) => ({ ...curve, name: at === 0 ? "A" : "B" })),
        );
  if (curves.length === 0) return html`<p>No latency was measured.</p>`;
  const rows = NAMED_PERCENTILES.map((percent) => [
    `p${percent}`,
    ...curves.map(({ percent: points, ms }) =>
      percent > (points.at(-1) ?? 0) ? "–" : formatMs(ms[points.indexOf(percent)]),
    ),
  ]);
  const heads = curves.map(({ name }) => ({ head: name }));
  const label = "Latency by percentile, on a scale that gives each further nine the same width";
  return chart("percentiles", 0, label, table("Latency by percentile, ms", [{ head: "", text: true }, ...heads], rows));
}

export function chart(kind: string, run: number, label: string, figures: Markup): Markup {
  const details =
    figures === nothing
      ? nothing
      : html`<details class="figures-table"><summary>As a table</summary>${figures}</details>`;
  return html`<figure><div class="chart chart-${kind}" data-chart="${kind}" data-run="${run}" aria-label="${label}"></div>${details}</figure>`;
}

function statusTable(label: string, { atMs, series }: StatusesOverTime): Markup {
  const rows = thinned(atMs.length, 24).map((at) => [
    seconds(atMs[at]),
    ...series.map(({ agents }) => formatCount(agents[at] ?? 0)),
  ]);
  return table(label, [{ head: "at", text: true }, ...series.map(({ status }) => ({ head: status }))], rows);
}

const seconds = (atMs: number | undefined): string =>
  atMs === undefined ? "–" : `${Number((atMs / 1000).toFixed(2))} s`;

/** Indices below `length`, evenly spaced, at most `most` of them and the last. */
function thinned(length: number, most = TABLE_ROWS): number[] {
  const step = Math.max(1, Math.ceil(length / most));
  return Array.from({ length }, (_, at) => at).filter((at) => at % step === 0 || at === length - 1);
}
