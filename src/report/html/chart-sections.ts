/**
 * The places where the page's script draws charts. Each chart has a label, and a table with the same figures, which is
 * all that a page without the script shows.
 */
import { at, formatCount, formatMs, formatShare, plural } from "../../vocabulary/index.js";
import {
  NAMED_PERCENTILES,
  type FaultMarks,
  type LatencyByPart,
  type LatencyOverTime,
  type MachineOverTime,
  type PercentileCurve,
  type Phase,
  type ReportData,
  type StatusesOverTime,
} from "../../results/index.js";
import type { Division } from "../tagged-parts.js";
import { html, nothing, type Markup } from "./markup.js";
import { table } from "./html-table.js";

/** The maximum number of rows of a table under a chart. */
const TABLE_ROWS = 60;
const STATUS_ROWS = 24;

/** How a chart is read, for a page that shows it on a screen. */
export const CHART_HINT = html`<span class="screen">Point at a chart, or move through it with the arrow keys, to read its
values. Drag, or press + and −, to zoom; double-click, or press Escape, to show the whole.</span>`;

/** `run` is the index of the embedded run: 0 unless the page compares two. `notes` are about the lines of the chart. */
export function latencyChart(
  { latency, phases, faultMarks = [], machine, parts }: ReportData,
  run = 0,
  notes = nothing,
): Markup {
  const { startMs, count, p50, p90, p95, p99, max } = latency;
  const columns = [p50, p90, ...(p95 === undefined ? [] : [p95]), p99, max];
  const heads = ["p50", "p90", ...(p95 === undefined ? [] : ["p95"]), "p99", "max"];
  const rows = thinned(startMs.length, TABLE_ROWS).map((point) => [
    seconds(at(startMs, point)),
    formatCount(at(count, point)),
    ...columns.map((column) => formatMs(at(column, point))),
  ]);
  const phaseTable = table(
    "Phases of the run",
    ["phase", "from", "to"],
    phases.map(({ label, fromMs, toMs }) => [label, seconds(fromMs), seconds(toMs)]),
  );
  return html`${chart(
    "latency",
    run,
    "Latency of live updates over time: a heat map with lines for p50, p99 and the maximum",
    html`${table("Latency over time, ms", ["from", "updates", ...heads], rows)}
${parts === undefined ? nothing : behaviourTable(latency, parts)}
${phases.length === 0 ? nothing : phaseTable}`,
  )}
${notes}
${faultList(phases, faultMarks)}
<p class="legend-note"><span class="heat" aria-hidden="true"></span> few to many updates in a cell. A row is an eighth
of a decade, a column ${seconds(latency.lengthMs)}. <span class="screen">Point at a cell, or move between cells with the up
and down keys, to read its number of updates.</span>
${CHART_HINT}</p>
<h3>Live updates a second</h3>
${chart("rate", run, "Live updates a second", nothing)}
${machine === undefined ? nothing : machineSection(machine, run, machineTable(machine))}`;
}

function behaviourTable({ startMs, p99 }: LatencyOverTime, { behaviours }: LatencyByPart): Markup {
  if (behaviours.length === 0) return nothing;
  const rows = thinned(startMs.length, TABLE_ROWS).map((point) => [
    seconds(at(startMs, point)),
    formatMs(at(p99, point)),
    ...behaviours.map((each) => formatMs(at(each.p99, point))),
  ]);
  const heads = ["from", "all", ...behaviours.map(({ behaviour }) => behaviour)];
  return table("p99 over time by behaviour, ms", heads, rows);
}

/**
 * How long ready threads waited for a core: under the latencies, as these include the waits. `figures`: the same as a
 * table; `nothing` during a run.
 */
export function machineSection({ cores, waits }: MachineOverTime, run: number, figures: Markup): Markup {
  const label = "The share of the time in which ready threads waited for a core, over time";
  const notMeasured = html`<p class="legend-note">Not shown: this system does not measure how long a thread waits for a
core (it has no /proc/self/task/*/schedstat).</p>`;
  return html`<h3>Ready threads waiting for a core, % of their time</h3>
${
  waits === "estimated"
    ? notMeasured
    : html`${chart("machine", run, label, figures)}
<p class="legend-note">Latencies include these waits. The process may use ${plural(cores, "core")}.</p>`
}`;
}

function machineTable({ startMs, waitShare, takenShare, ownCores, othersCores }: MachineOverTime): Markup {
  const rows = thinned(startMs.length, TABLE_ROWS).map((point) => [
    seconds(at(startMs, point)),
    ...[waitShare, takenShare].map((column) => formatShare(at(column, point), 1)),
    ...[ownCores, othersCores].map((column) => at(column, point).toFixed(2)),
  ]);
  const heads = ["from", "waited", "because of other programs", "cores used", "cores used by other programs"];
  return table("Waits for a core over time", heads, rows);
}

const FAULT = html`<span class="mark" aria-hidden="true"></span>`;

/** What the marks of faults mean. */
function faultList(phases: readonly Phase[], marks: readonly FaultMarks[]): Markup {
  const faults = phases.filter(({ kind }) => kind === "fault");
  if (faults.length + marks.length === 0) return nothing;
  const single = faults.map(
    ({ fromMs, label, detail }) => html`<li>${FAULT}<time>${seconds(fromMs)}</time> ${detail ?? label}</li>`,
  );
  const counted = marks.map(({ label, count }) => html`<li>${FAULT}<b>${formatCount(count)}</b> ${label}</li>`);
  return html`<ul class="faults" aria-label="Faults">${single}
${counted}</ul>`;
}

export function statusChart({ statuses }: ReportData, type: "main" | "onboarding", run = 0): Markup {
  if (statuses[type].series.length === 0) return nothing;
  const title = type === "main" ? "Agents" : "Onboarding agents";
  const label = `${title} by status over time`;
  return html`<h3>${title}</h3>${chart(`statuses-${type}`, run, label, statusTable(label, statuses[type]))}`;
}

/** All curves of one run, or the latency of live updates of two runs. */
export function percentileChart(...runs: readonly ReportData[]): Markup {
  const curves =
    runs.length === 1
      ? at(runs, 0).percentiles
      : runs.flatMap(({ percentiles }, run) =>
          percentiles.slice(0, 1).map((curve) => ({ ...curve, name: run === 0 ? "A" : "B" })),
        );
  if (curves.length === 0) return html`<p>No latency was measured.</p>`;
  const label = "Latency by percentile, on a scale that gives each further nine the same width";
  return chart("percentiles", 0, label, percentileTable("Latency by percentile, ms", curves));
}

/**
 * The curves of the latency of live updates by behaviour, or by phase of a span. Nothing in a run whose data has no
 * parts.
 */
export function dividedPercentiles({ parts, percentiles }: ReportData, by: Division, span?: string): Markup {
  if (parts === undefined) return nothing;
  const curves =
    by === "behaviour"
      ? parts.behaviours.map(({ curve }) => curve)
      : parts.phases.filter((phase) => phase.span === span).map(({ curve }) => curve);
  const name = percentiles[0]?.name ?? "live update";
  const label = `${name} by percentile, a line for each ${by}`;
  const figures = percentileTable(`${name} by percentile and ${by}, ms`, curves);
  return html`<p class="legend-note">${label}</p>
${chart(`percentiles-${by}`, 0, label, figures)}`;
}

function percentileTable(label: string, curves: readonly PercentileCurve[]): Markup {
  const rows = NAMED_PERCENTILES.map((percent) => [
    `p${percent}`,
    ...curves.map((curve) => {
      const point = curve.percent.indexOf(percent);
      return point === -1 ? "–" : formatMs(at(curve.ms, point));
    }),
  ]);
  return table(label, ["", ...curves.map(({ name }) => name)], rows);
}

export function chart(kind: string, run: number, label: string, figures: Markup): Markup {
  const details =
    figures === nothing
      ? nothing
      : html`<details class="figures-table"><summary>As a table</summary>${figures}</details>`;
  const place = html`class="chart chart-${kind}" data-chart="${kind}" data-run="${run}" aria-label="${label}"`;
  return html`<figure><div ${place}></div>${details}</figure>`;
}

function statusTable(label: string, { atMs, series }: StatusesOverTime): Markup {
  const rows = thinned(atMs.length, STATUS_ROWS).map((point) => [
    seconds(at(atMs, point)),
    ...series.map(({ agents }) => formatCount(at(agents, point))),
  ]);
  return table(label, ["at", ...series.map(({ status }) => status)], rows);
}

const seconds = (atMs: number): string => `${Number((atMs / 1000).toFixed(2))} s`;

/** Evenly spaced indices below `length`, at most `most`, and the last index. */
function thinned(length: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(length / most));
  return Array.from({ length }, (_, index) => index).filter((index) => index % step === 0 || index === length - 1);
}
