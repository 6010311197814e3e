/** The page of a search for a capacity: the picture of arrival rate against p50, p99 and CPU, and the trials. */
import { join } from "node:path";
import { median } from "simple-statistics";
import {
  CAPACITY_FILES,
  writeAtomically,
  type Capacity,
  type CapacityData,
  type CapacityTrial,
} from "../../results/index.js";
import { formatCount, formatElapsed, formatMs, plural } from "../../vocabulary/index.js";
import { capacityFacts, capacityHeading, formatRate } from "../capacity-texts.js";
import { chart, CHART_HINT } from "./chart-sections.js";
import { table, type Cell } from "./html-table.js";
import { html, nothing, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { command } from "./verdict-section.js";

/** Writes the page into the directory of the search. @throws ResultsError */
export function writeCapacityReport(directory: string, capacity: Capacity): void {
  writeAtomically(join(directory, CAPACITY_FILES.report), renderCapacityReport(capacity));
}

export function renderCapacityReport(result: Capacity): string {
  const { scenario, trials, limit, fails, end } = result;
  const kind = end === "none" ? "failed" : end === "found" || end === "unbounded" ? "passed" : "neutral";
  const body = html`<section class="verdict ${kind}" aria-labelledby="verdict">
<h1 id="verdict">${capacityHeading(result)}</h1>
<p class="description">${scenario.description}</p>
<p class="facts">${capacityFacts(result).map((fact) => html`<span>${fact}</span> `)}</p>
${command("Search again", result.reproduce)}
</section>
${figures(result)}
${trials.length === 0 ? nothing : section("rates", "Arrival rate against latency and CPU", picture(result))}
${limit === null || fails === null ? nothing : section("limit", `Bottleneck at ${formatRate(fails.rate)} arrivals a second`, limitList(limit))}
${section("trials", "Trials", trialTable(trials))}`;
  return renderPage({
    title: `capacity of ${scenario.name} – crowdstorm`,
    runs: [],
    capacity: dataOf(result),
    body,
  });
}

function figures({ capacity, engine }: Capacity): Markup {
  if (capacity === null) return nothing;
  const { rate, peakRate, workers, p50, p95, p99, cpuCores, liveUnits } = capacity;
  const figure = (label: string, value: string, detail: string): Markup =>
    html`<div><dt>${label}</dt><dd>${value}</dd><dd class="detail">${detail}</dd></div>`;
  const what = engine === "network" ? "live update and reply" : "live update";
  return html`<dl class="figures">
${figure("Arrivals a second", formatRate(rate), `${plural(workers, "worker")}, at most ${formatRate(peakRate)} a second`)}
${figure("Live units at once", liveUnits === null ? "–" : formatCount(liveUnits), "at most")}
${figure("Latency, p50", `${formatMs(p50)} ms`, what)}
${figure("Latency, p95", `${formatMs(p95)} ms`, what)}
${figure("Latency, p99", `${formatMs(p99)} ms`, what)}
${figure("CPU", cpuCores === null ? "–" : cpuCores.toFixed(2), "cores used")}
</dl>`;
}

function picture(result: Capacity): Markup {
  const { rates, p50, p95, p99, cores, passed, trials } = dataOf(result);
  const rows = rates.map((rate, index): Cell[] => [
    formatRate(rate),
    formatMs(p50[index]),
    formatMs(p95[index]),
    formatMs(p99[index]),
    cores[index]?.toFixed(2) ?? "–",
    `${passed[index]} of ${trials[index]}`,
  ]);
  const label = "Arrival rate against p50, p99 and CPU; lines mark the capacity and the lowest rate that fails";
  const heads = ["arrivals/s", "p50 ms", "p95 ms", "p99 ms", "cores used", "passed"];
  return html`${chart("capacity", 0, label, table("Arrival rates, with the medians of their trials", heads, rows))}
<p class="legend-note">Each point is the median of the trials of a rate. The knee is between both lines.
${CHART_HINT}</p>`;
}

function limitList({ what, evidence }: NonNullable<Capacity["limit"]>): Markup {
  return html`<p><b>${what}</b></p>
<ul class="reasons">${evidence.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function trialTable(trials: readonly CapacityTrial[]): Markup {
  const rows = trials.map((trial, index): Cell[] => [
    String(index + 1),
    formatCount(trial.workers),
    formatRate(trial.rate),
    trial.run === null ? trial.outcome : html`<a href="${trial.run}/report.html">${trial.outcome}</a>`,
    formatMs(trial.p50),
    formatMs(trial.p95),
    formatMs(trial.p99),
    trial.cpuCores?.toFixed(2) ?? "–",
    formatMs(trial.slipP99Ms),
    trial.peakLiveUnits === null ? "–" : formatCount(trial.peakLiveUnits),
    formatElapsed(trial.tookMs),
    trial.reasons[0] ?? "",
  ]);
  return table(
    "Trials in their order",
    [
      ...["", "workers", "arrivals/s", { head: "verdict", text: true as const }],
      ...["p50 ms", "p95 ms", "p99 ms", "cores used", "late ms, p99", "live units", "duration"],
      { head: "reason", text: true },
    ],
    rows,
  );
}

function dataOf({ trials, capacity, fails, environment }: Capacity): CapacityData {
  const rates = [...new Set(trials.map(({ rate }) => rate))].sort((a, b) => a - b);
  const ofRate = rates.map((rate) => trials.filter((trial) => trial.rate === rate));
  const middle = (of: (trial: CapacityTrial) => number | null | undefined): (number | null)[] =>
    ofRate.map((same) => {
      const values = same.flatMap((trial) => of(trial) ?? []);
      return values.length === 0 ? null : median(values);
    });
  return {
    rates,
    p50: middle(({ p50 }) => p50),
    p95: middle(({ p95 }) => p95),
    p99: middle(({ p99 }) => p99),
    cores: middle(({ cpuCores }) => cpuCores),
    passed: ofRate.map((same) => same.filter(({ outcome }) => outcome === "passed").length),
    trials: ofRate.map((same) => same.length),
    passes: capacity?.rate ?? null,
    fails: fails?.rate ?? null,
    machineCores: environment.cores,
  };
}
