/** The head of a report: the verdict, what speaks against the run, how to run it again, and the figures to look at first. */
import { METRICS, type CounterName, type MetricName } from "../../load/measure/index.js";
import { formatCount, formatMs, plural } from "../../vocabulary/index.js";
import { ENGINE_LABELS, type Summary } from "../../results/index.js";
import { html, nothing, type Markup } from "./markup.js";

/** How a time is written in the report: `formatMs` and its unit. */
export const ms = (value: number | null | undefined): string => `${formatMs(value)} ms`;

export function verdict(summary: Summary): Markup {
  const { passed, exitCode, reasons } = summary.verdict;
  return html`<section class="verdict ${passed ? "passed" : "failed"}" aria-labelledby="verdict">
<h1 id="verdict"><span class="stamp">${passed ? "✓ Passed" : `✗ Failed (exit ${exitCode})`}</span> ${summary.scenario.name}</h1>
<p class="description">${summary.scenario.description}</p>
${reasons.length === 0 ? nothing : html`<ul class="reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`}
${summary.invariants.map(violations)}
<p class="facts">${facts(summary)}</p>
${command("Run it again", summary.reproduce)}
</section>`;
}

/** A command to copy. The button is the page's script's, so it is hidden until that has run. */
export function command(label: string, text: string): Markup {
  // A line breaks between words, not at the hyphens of an option.
  const words = text.split(" ").map((word) => html`<span class="word">${word}</span> `);
  return html`<div class="command"><span class="label">${label}</span><code>${words}</code><button type="button" data-copy hidden>Copy</button></div>`;
}

function facts(summary: Summary): Markup[] {
  return [
    `seed ${summary.seed}`,
    plural(summary.plan.workers, "worker"),
    `${(summary.durationMs / 1000).toFixed(1)} s`,
    ENGINE_LABELS[summary.engine],
    ...(summary.target === undefined ? [] : [summary.target.url, `dialect ${summary.target.dialect}`]),
    `${summary.startedAt.slice(0, 16).replace("T", " ")} UTC`,
    summary.runId,
  ].map((fact) => html`<span>${fact}</span> `);
}

function violations({ id, violations, violationCount }: Summary["invariants"][number]): Markup {
  if (violationCount === 0) return nothing;
  const more = violationCount - violations.length;
  return html`<details class="violations"><summary>${id}: ${plural(violationCount, "violation")}</summary><ul>
${violations.map(
  ({
    what,
    agentId,
    detail,
  }) => html`<li><b>${what}${agentId === undefined ? "" : `, agent ${agentId}`}</b>: ${detail}</li>
`,
)}${more > 0 ? html`<li>and ${formatCount(more)} more</li>` : nothing}</ul></details>`;
}

/** The figures that a reader wants first. Those that have nothing to say in this run are left out. */
export function keyFigures({
  counters,
  trends,
  durationMs,
}: Pick<Summary, "counters" | "trends" | "durationMs">): Markup {
  // Over a network it is not seen when the task takes an update.
  const isInside = trends["live_update_latency"] !== undefined;
  const [updates, main] = isInside
    ? (["live_updates_taken", "live_update_latency"] as const)
    : (["live_updates_sent", "live_update_round_trip"] as const);
  const counted = counters[updates] ?? 0;
  const latency = trends[main];
  const detection = trends["disconnect_detection"];
  const figure = (name: MetricName, label: string, value: string, detail: string): Markup =>
    html`<div title="${METRICS[name].doc}"><dt>${label}</dt><dd>${value}</dd><dd class="detail">${detail}</dd></div>`;
  const count = (...names: readonly CounterName[]): number =>
    names.reduce((sum, name) => sum + (counters[name] ?? 0), 0);
  const events = [
    [count("disconnects"), "disconnect"],
    [count("reconnects"), "reconnect"],
    [count("returns"), "return"],
    [count("timeouts", "submit_timeouts"), "timeout"],
  ] as const;
  return html`<dl class="figures">
${figure(updates, "Live updates", formatCount(counted), `${formatCount(counted / (durationMs / 1000))} a second`)}
${figure(main, "Latency, p50", ms(latency?.p50), `intended time → ${isInside ? "taken" : "reply"}`)}
${figure(main, "Latency, p99", ms(latency?.p99), `max ${ms(latency?.max)}`)}
${detection === undefined || detection.count === 0 ? nothing : figure("disconnect_detection", "Disconnect detection, p99", ms(detection.p99), `${plural(detection.count, "waiter")} released`)}
${figure(
  "agents_registered",
  "Agents",
  formatCount(counters["agents_registered"] ?? 0),
  events
    .filter(([times]) => times > 0)
    .map(([times, what]) => plural(times, what))
    .join(", "),
)}
</dl>`;
}
