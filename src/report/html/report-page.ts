/** The report of a finished run (`report.html`). */
import type { ReportData, Summary } from "../../results/index.js";
import { slowest } from "./slowest-agents.js";
import { dividedPercentiles, latencyChart, percentileChart, statusChart } from "./chart-sections.js";
import { carriedOut, failures, generator, invariants, machines, thresholds } from "./check-sections.js";
import { counters, latencies, outcomes, path } from "./figure-sections.js";
import { html, nothing, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { byPart, chartNotes, countersDivided, latenciesDivided, partChoice } from "./part-sections.js";
import { scrapedMetrics } from "./scraped-section.js";
import { keyFigures, verdict } from "./verdict-section.js";

export function renderReport(summary: Summary, data: ReportData): string {
  return renderPage({
    title: reportTitle(summary),
    runs: [data],
    body: reportBody(summary, data),
  });
}

export function reportTitle({ scenario, verdict: { outcome } }: Summary): string {
  return `${scenario.name} ${outcome} – crowdstorm`;
}

/** The content of the page's main element. */
export function reportBody(summary: Summary, data: ReportData): Markup {
  const behaviours = data.parts?.behaviours.map(({ behaviour }) => behaviour) ?? [];
  const percentiles = byPart(
    summary,
    html`${percentileChart(data)}${latencies(summary)}`,
    (divided) => html`${dividedPercentiles(data, divided.by, divided.span)}${latenciesDivided(summary, divided, data)}`,
  );
  return html`${verdict(summary)}
${keyFigures(summary)}
${section("time", "Latency over time, ms", partChoice("time", summary, behaviours), latencyChart(data, 0, chartNotes(summary, data)))}
${section("statuses", "Agents by status", statusChart(data, "main"), statusChart(data, "onboarding"))}
${section("outcomes", "Outcomes", carriedOut(summary), outcomes(summary))}
${section("percentiles", "Latency by percentile, ms", partChoice("percentiles", summary), percentiles)}
${summary.engine === "network" ? nothing : section("path", "Path of a live update, ms", path(summary))}
${summary.engine === "network" ? nothing : section("slowest", "Slowest agents", slowest(data))}
${summary.failures === undefined ? nothing : section("failures", "Failures", failures(summary))}
${section("thresholds", "Thresholds", thresholds(summary.thresholds, summary.verdict.thresholdsJudged))}
${section("invariants", "Invariants", invariants(summary))}
${data.scraped === undefined ? nothing : section("scraped", "Metrics of the target", scrapedMetrics(data.scraped))}
${section(
  "counters",
  "Counters",
  partChoice("counters", summary),
  byPart(summary, counters(summary), (divided) => countersDivided(summary, divided, data)),
)}
${section("generator", "Generator and machine", generator(summary), machines(summary))}`;
}
