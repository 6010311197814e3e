/** Two runs side by side. */
import { COUNTER_NAMES, TREND_NAMES } from "../../load/measure/index.js";
import { plansOf } from "../terminal/compare-terminal.js";
import { changeOf, formatCount, formatMs, own } from "../../vocabulary/index.js";
import { LATENCY_LABELS } from "../../results/index.js";
import type { ReportData, Summary } from "../../results/index.js";
import { latencyChart, percentileChart, statusChart } from "./chart-sections.js";
import { thresholds } from "./check-sections.js";
import { badge, path } from "./figure-sections.js";
import { html, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { table, type Cell } from "./html-table.js";
import { command } from "./verdict-section.js";

export interface ComparedRun {
  readonly summary: Summary;
  readonly data: ReportData;
}

/** A page that shows run `a`, what is compared against, beside run `b`. */
export function renderComparison(a: ComparedRun, b: ComparedRun): string {
  const beside = (of: (run: ComparedRun, at: number) => Markup): Markup =>
    html`<div class="columns">${[a, b].map((run, at) => html`<div><h3>${name(at)} ${run.summary.scenario.name}</h3>${of(run, at)}</div>`)}</div>`;
  return renderPage({
    title: `${a.summary.runId} and ${b.summary.runId} – crowdstorm`,
    runs: [a.data, b.data],
    body: html`<h1>Two runs</h1>
<p class="description">${plansOf(a.summary, b.summary)}</p>
<div class="columns">${[a, b].map(({ summary }, at) => head(summary, at))}</div>
${section("latencies", "Latency, ms", latencies(a.summary, b.summary))}
${section("percentiles", "Live-update latency by percentile, ms", percentileChart(a.data, b.data))}
${section(
  "time",
  "Latency over time, ms",
  beside(({ data }, at) => latencyChart(data, at)),
)}
${section(
  "path",
  "Path of a live update, ms",
  beside(({ summary }) => path(summary)),
)}
${section(
  "statuses",
  "Agents by status",
  beside(({ data }, at) => statusChart(data, "main", at)),
)}
${section("outcomes", "Outcomes", outcomes(a.summary, b.summary))}
${section(
  "thresholds",
  "Thresholds",
  beside(({ summary }) => thresholds(summary)),
)}
${section("counters", "Counters", counterChanges(a.summary, b.summary))}`,
  });
}

const name = (at: number): Markup => html`<span class="run-name run-${at}">${at === 0 ? "A" : "B"}</span>`;

function head(summary: Summary, at: number): Markup {
  const { passed, exitCode, reasons } = summary.verdict;
  return html`<section class="verdict ${passed ? "passed" : "failed"}" aria-label="Run ${at === 0 ? "A" : "B"}">
<h2>${name(at)} <span class="stamp">${passed ? "✓ Passed" : `✗ Failed (exit ${exitCode})`}</span> ${summary.scenario.name}</h2>
<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>
<p class="facts"><span>${summary.runId}</span> <span>seed ${summary.seed}</span> <span>${formatCount(summary.plan.workers)} workers</span> <span>${(summary.durationMs / 1000).toFixed(1)} s</span> <span>crowdstorm ${summary.environment.crowdstorm}, Node.js ${summary.environment.node}</span> <span>${summary.environment.cpu}</span></p>
${command("Run it again", summary.reproduce)}
</section>`;
}

const RUNS = [{ head: "A" }, { head: "B" }] as const;

function latencies(a: Summary, b: Summary): Markup {
  const rows = TREND_NAMES.flatMap((trend): Cell[][] => {
    const [label, before, after] = [LATENCY_LABELS[trend], a.trends[trend], b.trends[trend]];
    if (label === undefined || before === undefined || after === undefined || before.count + after.count === 0)
      return [];
    return [
      [
        label,
        ...(["p50", "p99", "max"] as const).flatMap((figure) => [
          formatMs(before[figure]),
          formatMs(after[figure]),
          change(before[figure], after[figure], "lower"),
        ]),
      ],
    ];
  });
  const heads = ["p50", "p99", "max"].flatMap((figure) => [
    { head: `A ${figure}` },
    { head: `B ${figure}` },
    { head: "change" },
  ]);
  return table("Latency of both runs, ms", [{ head: "ms", text: true }, ...heads], rows);
}

function outcomes(a: Summary, b: Summary): Markup {
  const [before, after] = [a.outcomes.agents, b.outcomes.agents];
  const statuses = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const rows = statuses.map((status) => {
    const [from, to] = [own(before, status) ?? 0, own(after, status) ?? 0];
    return [badge(status), formatCount(from), formatCount(to), change(from, to)];
  });
  return table(
    "Agents of both runs by final status",
    [{ head: "status", text: true }, ...RUNS, { head: "change" }],
    rows,
  );
}

function counterChanges(a: Summary, b: Summary): Markup {
  const rows = COUNTER_NAMES.flatMap((counter) => {
    const [before, after] = [a.counters[counter] ?? 0, b.counters[counter] ?? 0];
    return before + after === 0 ? [] : [[counter, formatCount(before), formatCount(after), change(before, after)]];
  });
  return table("Counters of both runs", [{ head: "metric", text: true }, ...RUNS, { head: "change" }], rows);
}

/** Changes below this are told by no colour: one run beside one run is no statistics. */
const NOTABLE = 0.1;

function change(before: number | null, after: number | null, better?: "lower"): Markup {
  const text = changeOf(before, after);
  if (
    before === null ||
    after === null ||
    before === 0 ||
    better === undefined ||
    Math.abs(after / before - 1) < NOTABLE
  )
    return html`${text}`;
  return html`<span class="${after < before ? "better" : "worse"}">${text}</span>`;
}
