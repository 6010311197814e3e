/** The page that shows two runs side by side. The charts of both have one scale. */
import { COUNTER_NAMES } from "../../load/measure/index.js";
import { excludedText, oneRunText, type ExcludedRun } from "../compared-runs.js";
import { describePlans } from "../terminal/compare-terminal.js";
import { changeOf, formatCount, formatElapsed, formatMs, own, workersText } from "../../vocabulary/index.js";
import { latencyPairs } from "../../results/index.js";
import type { ReportData, Summary } from "../../results/index.js";
import { latencyChart, percentileChart, statusChart } from "./chart-sections.js";
import { thresholds } from "./check-sections.js";
import { path } from "./figure-sections.js";
import { html, nothing, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { table, type Cell } from "./html-table.js";
import { badge } from "./status-badge.js";
import { command, reasons, stamp } from "./verdict-section.js";

export interface ComparedRun {
  readonly summary: Summary;
  readonly data: ReportData;
}

/** A page that shows run `a`, the base, and run `b` side by side, and names the excluded runs. */
export function renderComparison(a: ComparedRun, b: ComparedRun, excluded: readonly ExcludedRun[]): string {
  const beside = (of: (run: ComparedRun, at: number) => Markup): Markup => {
    const columns = [a, b].map(
      (run, at) => html`<div><h3>${name(at)} ${run.summary.scenario.name}</h3>${of(run, at)}</div>`,
    );
    return html`<div class="columns">${columns}</div>`;
  };
  const body = html`<h1>Two runs</h1>
<p class="note">${oneRunText()}</p>
<p class="description">${describePlans(a.summary, b.summary)}</p>
${excludedRuns(excluded)}
<div class="columns">${[a, b].map(({ summary }, at) => head(summary, at))}</div>
${section("latencies", "Latency, ms", latencies(a.summary, b.summary))}
${section("percentiles", "Live-update latency by percentile, ms", percentileChart(a.data, b.data))}
${section(
  "time",
  "Latency over time, ms",
  beside(({ data }, at) => latencyChart(data, at)),
)}
${isInside(a.summary) || isInside(b.summary) ? section("path", "Path of a live update, ms", beside(pathOf)) : nothing}
${section(
  "statuses",
  "Agents by status",
  beside(({ data }, at) => statusChart(data, "main", at)),
)}
${section("outcomes", "Outcomes", outcomes(a.summary, b.summary))}
${section(
  "thresholds",
  "Thresholds",
  beside(({ summary }) => thresholds(summary.thresholds, summary.verdict.thresholdsJudged)),
)}
${section("counters", "Counters", counterChanges(a.summary, b.summary))}`;
  return renderPage({
    title: `${a.summary.runId} and ${b.summary.runId} – crowdstorm`,
    runs: [a.data, b.data],
    body,
  });
}

/** Whether the path of a live update was measured: over a network, only its ends are seen. */
const isInside = ({ engine }: Summary): boolean => engine !== "network";

function pathOf({ summary }: ComparedRun): Markup {
  return isInside(summary) ? path(summary) : html`<p>Not measured over a network.</p>`;
}

function excludedRuns(excluded: readonly ExcludedRun[]): Markup {
  const counted = excludedText(excluded);
  if (counted === undefined) return nothing;
  const items = excluded.map(({ directory, why }) => html`<li>${directory}: ${why}</li>`);
  return html`<p>${counted}</p>
<ul class="reasons" aria-label="Excluded runs">${items}</ul>`;
}

const name = (at: number): Markup => html`<span class="run-name run-${at}">${at === 0 ? "A" : "B"}</span>`;

function head(summary: Summary, at: number): Markup {
  const { outcome, reasons: found } = summary.verdict;
  const { crowdstorm, node, cpu } = summary.environment;
  const facts = [
    summary.runId,
    `seed ${summary.seed}`,
    workersText(summary.plan),
    formatElapsed(summary.durationMs),
    `crowdstorm ${crowdstorm}, Node.js ${node}`,
    cpu,
  ];
  return html`<section class="verdict ${outcome}" aria-label="Run ${at === 0 ? "A" : "B"}">
<h2>${name(at)} ${stamp(summary)}</h2>
${reasons(found.map(({ text }) => text))}
<p class="facts">${facts.map((fact) => html`<span>${fact}</span> `)}</p>
${command("Same plan again", summary.reproduce)}
</section>`;
}

function latencies(a: Summary, b: Summary): Markup {
  const figures = ["p50", "p95", "p99", "max"] as const;
  const rows = latencyPairs(a, b).map(({ label, before, after }): Cell[] => [
    label,
    formatCount(before.count),
    formatCount(after.count),
    ...figures.flatMap((figure) => [
      formatMs(before[figure]),
      formatMs(after[figure]),
      changeOf(before[figure], after[figure]),
    ]),
  ]);
  const heads = figures.flatMap((figure) => [`A ${figure}`, `B ${figure}`, "change"]);
  return table("Latency of both runs, ms", ["ms", "A count", "B count", ...heads], rows);
}

function outcomes(a: Summary, b: Summary): Markup {
  const [before, after] = [a.outcomes.agents, b.outcomes.agents];
  const statuses = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const rows = statuses.map((status) => counts(badge(status), own(before, status) ?? 0, own(after, status) ?? 0));
  return table("Agents of both runs by final status", ["status", "A", "B", "change"], rows);
}

function counterChanges(a: Summary, b: Summary): Markup {
  const rows = COUNTER_NAMES.flatMap((counter) => {
    const [before, after] = [a.counters[counter] ?? 0, b.counters[counter] ?? 0];
    return before + after === 0 ? [] : [counts(counter, before, after)];
  });
  return table("Counters of both runs", ["metric", "A", "B", "change"], rows);
}

const counts = (what: Cell, before: number, after: number): Cell[] => [
  what,
  formatCount(before),
  formatCount(after),
  changeOf(before, after),
];
