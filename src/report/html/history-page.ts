/**
 * The page of the history of runs: the figures of each series over its runs, their changes, and a link to each report.
 */
import { dirname, join, relative, sep } from "node:path";
import type { HistoryRun, HistorySeries, RunHistory } from "../../results/index.js";
import { RUN_FILES } from "../../results/index.js";
import { plural } from "../../vocabulary/index.js";
import { changeText, figureText, runName, seriesHeading, unusedText } from "../history-texts.js";
import { historyChart } from "./history-chart.js";
import { table, type Cell } from "./html-table.js";
import { html, nothing, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";

/** `path`: where the page will be; its links are relative to it. */
export function renderHistoryPage({ series, excluded }: RunHistory, path: string): string {
  const hrefOf = (run: HistoryRun): string =>
    relative(dirname(path), join(run.directory, RUN_FILES.report)).split(sep).map(encodeURIComponent).join("/");
  const runs = series.reduce((sum, each) => sum + each.runs.length, 0);
  const body = html`<h1>History of ${plural(runs, "run")}</h1>
<p class="description">Each point is a run and leads to its report. A line marks where the level of a figure changed, found by
the E-divisive method (p at most 0.01) among the runs that are used. Hollow points are not used.</p>
${series.map((each, index) => section(`series-${index}`, seriesHeading(each), ...seriesParts(each, hrefOf)))}
${excluded.length === 0 ? nothing : section("excluded", "Excluded runs", excludedRuns(excluded))}`;
  return renderPage({ title: "History of runs – crowdstorm", runs: [], body });
}

function seriesParts(series: HistorySeries, hrefOf: (run: HistoryRun) => string): Markup[] {
  const notes = unusedText(series).map((text) => html`<p class="note">${text}.</p>`);
  return [
    ...notes,
    changeList(series),
    ...series.figures.map(
      (figure) => html`<h3>${figure.label}</h3>
${historyChart(figure, series, hrefOf)}`,
    ),
    html`<details class="figures-table"><summary>As a table</summary>${runTable(series, hrefOf)}</details>`,
  ];
}

function changeList(series: HistorySeries): Markup {
  const changes = series.figures.flatMap((figure) =>
    figure.changes.map(
      (change) =>
        html`<li><span class="${change.isWorse ? "worse" : "better"}">${change.isWorse ? "worse" : "better"}</span> ${figure.label}: ${changeText(change, figure, series)}</li>`,
    ),
  );
  if (changes.length === 0) return html`<p>No figure changed its level.</p>`;
  return html`<ul class="reasons" aria-label="Changes">${changes}</ul>`;
}

function runTable({ runs, figures }: HistorySeries, hrefOf: (run: HistoryRun) => string): Markup {
  const rows = runs.map((run, index): Cell[] => [
    html`<a href="${hrefOf(run)}">${run.startedAt.slice(0, 16).replace("T", " ")}</a>`,
    run.outcome,
    runName(run),
    run.branch ?? "",
    run.seed,
    ...figures.map(({ values, unit }) => {
      const value = values[index];
      return typeof value === "number" ? figureText(value, unit) : "–";
    }),
    run.unused ?? "",
  ]);
  const text = (head: string) => ({ head, text: true as const });
  const heads = [
    ...["start, UTC", text("verdict"), text("commit"), text("branch"), "seed"],
    ...figures.map(({ label }) => label),
    text("not used because"),
  ];
  return table("Runs, oldest first", heads, rows);
}

function excludedRuns(excluded: RunHistory["excluded"]): Markup {
  return html`<ul class="reasons">${excluded.map(({ directory, why }) => html`<li>${directory}: ${why}</li>`)}</ul>`;
}
