/** The sections that are tables: outcomes, latencies, the path of a live update, counters. Also shown during a run. */
import { METRICS } from "../../load/measure/index.js";
import { formatCount, formatMs, formatShare } from "../../vocabulary/index.js";
import { byFrequency, countersOf, latenciesOf, stagesOf } from "../../results/index.js";
import type { Summary, TrendSummary } from "../../results/index.js";
import { html, nothing, type Markup } from "./markup.js";
import { statusClass } from "../status-class.js";
import { badge } from "./status-badge.js";
import { meter, table, type Cell, type TableColumn } from "./html-table.js";

export function outcomes({ outcomes: { agents, onboardingAgents } }: Pick<Summary, "outcomes">): Markup {
  const part = (title: string, byStatus: Readonly<Record<string, number>>): Markup => {
    const { rows, total } = byFrequency(byStatus);
    if (total === 0) return nothing;
    const cells = rows.map(([status, n]) => [
      badge(status),
      formatCount(n),
      formatShare(n, total),
      meter(n / total, statusClass(status)),
    ]);
    return html`<div><h3>${title} <span class="count">${formatCount(total)}</span></h3>
${table(title, ["status", "agents", "share", { head: "", text: true }], cells)}</div>`;
  };
  return html`<div class="columns">${part("Agents", agents)}${part("Onboarding agents", onboardingAgents)}</div>`;
}

export function latencies({ trends, floor }: Pick<Summary, "trends" | "floor">): Markup {
  const rows = [
    ...latenciesOf({ trends }).map(({ name, label, trend }) => [...latencyRow(label, trend), METRICS[name].doc]),
    ...floor.map(({ name, doc, trend }) => [
      ...latencyRow(html`<span class="floor">floor: ${name}</span>`, trend),
      doc,
    ]),
  ];
  if (rows.length === 0) return html`<p>No latency was measured.</p>`;
  return table("Latencies in ms", [...latencyHeads(), { head: "from → to", text: true, wide: true }], rows);
}

/** The columns of a table of latencies. */
export function latencyHeads(): TableColumn[] {
  const wide = new Set(["p90", "p99.9"]);
  return ["ms", "count", "p50", "p90", "p95", "p99", "p99.9", "max"].map((head) => ({
    head,
    ...(wide.has(head) && { wide: true as const }),
  }));
}

/** A row of {@link latencyHeads}. */
export function latencyRow(label: Cell, trend: TrendSummary): Cell[] {
  const { count, p50, p90, p95, p99, p999, max } = trend;
  return [label, formatCount(count), ...[p50, p90, p95, p99, p999, max].map(formatMs)];
}

/** The time of a live update by stage: each stage's share of the mean. */
export function path(summary: Pick<Summary, "trends">): Markup {
  const { stages, totalMs } = stagesOf(summary);
  if (stages.length === 0) return html`<p>No live update was taken.</p>`;
  const bar = stages.map(({ name, label, mean }) => {
    const width = Math.round((mean / totalMs) * 1000);
    const title = `${label}: ${formatShare(mean, totalMs)}`;
    return html`<span class="${name}" style="flex-grow:${width}" title="${title}"></span>`;
  });
  const rows = stages.map(({ name, label, trend, mean, isSlowest }) => [
    html`<span class="key ${name}">${label}</span>`,
    ...[trend.p50, trend.p95, trend.p99, mean].map(formatMs),
    formatShare(mean, totalMs),
    html`${isSlowest ? html`<b>slowest:</b> ` : nothing}${METRICS[name].doc.replace("Stage of the path: ", "")}`,
  ]);
  return html`<div class="path" aria-hidden="true">${bar}</div>${table(
    "Stages of the path of a live update, in ms",
    ["ms", "p50", "p95", "p99", "mean", "share", { head: "from → to", text: true, wide: true }],
    rows,
  )}`;
}

export function counters(summary: Pick<Summary, "counters">): Markup {
  const rows = countersOf(summary).map(({ name, count }) => [name, formatCount(count), METRICS[name].doc]);
  return table("Counters", ["metric", "count", { head: "", text: true, wide: true }], rows);
}
