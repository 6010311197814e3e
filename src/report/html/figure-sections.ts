/** The sections that are tables: outcomes, latencies, the path of a live update, counters. Shown alike while a run goes on. */
import { COUNTER_NAMES, METRICS, STAGES, TREND_NAMES } from "../../load/measure/index.js";
import { formatCount, formatMs, formatShare } from "../../vocabulary/index.js";
import { LATENCY_LABELS } from "../../results/index.js";
import type { Summary, TrendSummary } from "../../results/index.js";
import { html, nothing, type Markup } from "./markup.js";
import { statusClass } from "./status-order.js";
import { meter, table } from "./html-table.js";

export function outcomes({ outcomes: { agents, onboardingAgents } }: Pick<Summary, "outcomes">): Markup {
  const part = (title: string, byStatus: Readonly<Record<string, number>>): Markup => {
    const rows = Object.entries(byStatus).sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    const total = rows.reduce((sum, [, n]) => sum + n, 0);
    if (total === 0) return nothing;
    const cells = rows.map(([status, n]) => [
      badge(status),
      formatCount(n),
      formatShare(n, total),
      meter(n / total, statusClass(status)),
    ]);
    return html`<div><h3>${title} <span class="count">${formatCount(total)}</span></h3>
${table(title, [{ head: "status", text: true }, { head: "agents" }, { head: "share" }, { head: "", text: true }], cells)}</div>`;
  };
  return html`<div class="columns">${part("Agents", agents)}${part("Onboarding agents", onboardingAgents)}</div>`;
}

/** A status with its colour. */
export function badge(status: string): Markup {
  return html`<span class="badge ${statusClass(status)}">${status}</span>`;
}

export function latencies({ trends, floor }: Pick<Summary, "trends" | "floor">): Markup {
  const row = (label: Markup | string, trend: TrendSummary): (Markup | string)[] => [
    label,
    formatCount(trend.count),
    ...[trend.p50, trend.p90, trend.p99, trend.p999, trend.max].map(formatMs),
  ];
  const rows = TREND_NAMES.flatMap((name) => {
    const [label, trend] = [LATENCY_LABELS[name], trends[name]];
    return label === undefined || trend === undefined || trend.count === 0
      ? []
      : [row(html`<span title="${METRICS[name].doc}">${label}</span>`, trend)];
  });
  const floors = floor.map(({ name, doc, trend }) =>
    row(html`<span class="floor" title="${doc}">floor: ${name}</span>`, trend),
  );
  if (rows.length + floors.length === 0) return html`<p>No latency was measured.</p>`;
  const heads = ["count", "p50", "p90", "p99", "p99.9", "max"].map((head) => ({
    head,
    wide: head === "p90" || head === "p99.9",
  }));
  return table("Latencies in ms", [{ head: "ms", text: true }, ...heads], [...rows, ...floors]);
}

/** Where the time of a live update goes: each stage's share of the mean. */
export function path({ trends }: Pick<Summary, "trends">): Markup {
  const measured = STAGES.flatMap((name) => {
    const trend = trends[name];
    return trend === undefined || trend.count === 0
      ? []
      : [{ name, label: name.slice("stage_".length), trend, mean: trend.mean ?? 0 }];
  });
  if (measured.length === 0) return html`<p>No live update was taken.</p>`;
  const total = measured.reduce((sum, { mean }) => sum + mean, 0);
  const greatest = Math.max(...measured.map(({ mean }) => mean));
  const bar = measured.map(
    ({ name, label, mean }) =>
      html`<span class="${name}" style="flex-grow:${Math.round((mean / total) * 1000)}" title="${label}: ${formatShare(mean, total)}"></span>`,
  );
  const rows = measured.map(({ name, label, trend, mean }) => [
    html`<span class="key ${name}" title="${METRICS[name].doc}">${label}</span>`,
    formatMs(trend.p50),
    formatMs(trend.p99),
    formatMs(mean),
    formatShare(mean, total),
    html`${mean === greatest && measured.length > 1 ? html`<b>slowest:</b> ` : nothing}${METRICS[name].doc.replace("Stage of the path: ", "")}`,
  ]);
  const heads = [
    { head: "ms", text: true },
    { head: "p50" },
    { head: "p99" },
    { head: "mean" },
    { head: "share" },
    { head: "from → to", text: true, wide: true },
  ] as const;
  return html`<div class="path" aria-hidden="true">${bar}</div>${table("Stages of the path of a live update, in ms", heads, rows)}`;
}

export function counters({ counters: counts }: Pick<Summary, "counters">): Markup {
  const rows = COUNTER_NAMES.flatMap((name) => {
    const n = counts[name] ?? 0;
    return n === 0
      ? []
      : [[html`<span title="${METRICS[name].doc}">${name}</span>`, formatCount(n), METRICS[name].doc]];
  });
  return table(
    "Counters",
    [{ head: "metric", text: true }, { head: "count" }, { head: "", text: true, wide: true }],
    rows,
  );
}
