/** The head of a report: the verdict, its reasons, the command that runs the plan again, and the main figures. */
import { METRICS, type CounterName, type MetricName } from "../../load/measure/index.js";
import { formatCount, formatMs, plural } from "../../vocabulary/index.js";
import { OUTCOME_SIGNS, type Summary, type TrendSummary } from "../../results/index.js";
import { outcomeText, runFacts, runNotes } from "../run-texts.js";
import { html, nothing, type Markup } from "./markup.js";

const ms = (value: number | null | undefined): string => `${formatMs(value)} ms`;

/** Whether the run passed, and the name of its scenario. */
export function stamp({ verdict, scenario }: Summary): Markup {
  const text = outcomeText(verdict);
  const outcome = `${OUTCOME_SIGNS[verdict.outcome]} ${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return html`<span class="stamp">${outcome}</span> ${scenario.name}`;
}

export function verdict(summary: Summary): Markup {
  const { outcome } = summary.verdict;
  const startedAt = `${summary.startedAt.slice(0, 16).replace("T", " ")} UTC`;
  const facts = [...runFacts(summary), startedAt, summary.runId];
  return html`<section class="verdict ${outcome}" aria-labelledby="verdict">
<h1 id="verdict">${stamp(summary)}</h1>
<p class="description">${summary.scenario.description}</p>
${reasons(summary.verdict.reasons.map(({ text }) => text))}
${reasons(runNotes(summary))}
${summary.invariants.map(violations)}
<p class="facts">${facts.map((fact) => html`<span>${fact}</span> `)}</p>
${command("Same plan again", summary.reproduce)}
</section>`;
}

/** The reasons of a verdict. */
export function reasons(texts: readonly string[]): Markup {
  return texts.length === 0 ? nothing : html`<ul class="reasons">${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

/** A command to copy. The page's script shows the button, so it is hidden without the script. */
export function command(label: string, text: string): Markup {
  // A line breaks between words, not at the hyphens of an option.
  const words = text.split(" ").map((word) => html`<span class="word">${word}</span> `);
  return html`<div class="command"><span class="label">${label}</span><code>${words}</code>
<button type="button" data-copy hidden>Copy</button></div>`;
}

function violations({ id, violations, violationCount }: Summary["invariants"][number]): Markup {
  if (violationCount === 0) return nothing;
  const more = violationCount - violations.length;
  const items = violations.map(({ what, agentId, detail }) => {
    const title = `${what}${agentId === undefined ? "" : `, agent ${agentId}`}`;
    return html`<li><b>${title}</b>: ${detail}</li>
`;
  });
  return html`<details class="violations"><summary>${id}: ${plural(violationCount, "violation")}</summary><ul>
${items}${more > 0 ? html`<li>and ${formatCount(more)} more</li>` : nothing}</ul></details>`;
}

/** The main figures. An event that did not happen in the run is omitted. */
export function keyFigures({
  counters,
  trends,
  durationMs,
}: Pick<Summary, "counters" | "trends" | "durationMs">): Markup {
  // A run over a network does not see when the task takes an update.
  const isInside = trends["live_update_latency"] !== undefined;
  const [updates, main] = isInside
    ? (["live_updates_taken", "live_update_latency"] as const)
    : (["live_updates_sent", "live_update_round_trip"] as const);
  const latency = trends[main];
  const detection = trends["disconnect_detection"];
  const figure = (name: MetricName, label: string, value: string, detail: string): Markup =>
    html`<div title="${METRICS[name].doc}"><dt>${label}</dt><dd>${value}</dd><dd class="detail">${detail}</dd></div>`;
  const count = (...names: readonly CounterName[]): number =>
    names.reduce((sum, name) => sum + (counters[name] ?? 0), 0);
  const rate = `${formatCount(count(updates) / (durationMs / 1000))} a second`;
  const events = [
    [count("disconnects"), "disconnect"],
    [count("reconnects"), "reconnect"],
    [count("returns"), "return"],
    [count("timeouts", "submit_timeouts"), "timeout"],
  ] as const;
  const happened = events.filter(([times]) => times > 0).map(([times, what]) => plural(times, what));
  const detected = (trend: TrendSummary): Markup => {
    const released = `${plural(trend.count, "waiter")} released`;
    return figure("disconnect_detection", "Disconnect detection, p99", ms(trend.p99), released);
  };
  return html`<dl class="figures">
${figure(updates, "Live updates", formatCount(count(updates)), rate)}
${figure(main, "Latency, p50", ms(latency?.p50), `intended time → ${isInside ? "taken" : "reply"}`)}
${figure(main, "Latency, p99", ms(latency?.p99), `max ${ms(latency?.max)}`)}
${detection === undefined || detection.count === 0 ? nothing : detected(detection)}
${figure("agents_registered", "Agents", formatCount(count("agents_registered")), happened.join(", "))}
</dl>`;
}
