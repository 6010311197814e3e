/** The slowest agents: a row for each, which opens to the agent's history on the run's time axis. */
import { formatCount, formatElapsed, formatMs, formatSeconds } from "../../vocabulary/index.js";
import type { ReportData, SlowAgent } from "../../results/index.js";
import { html, nothing, type Markup } from "./markup.js";
import { SEQUENCE_LEGEND } from "./sequence-page.js";
import { statusClass } from "../status-class.js";
import { badge } from "./status-badge.js";

const HEADS = ["agent", "slowest (ms)", "taken at", "updates", "ended as"];

const spans = (cells: readonly (Markup | string)[]): Markup[] => cells.map((cell) => html`<span>${cell}</span>`);

export function slowest({ slowest: agents, durationMs, latency }: ReportData): Markup {
  if (agents.length === 0) {
    const reason = "The evidence about slow agents was lost with its thread.";
    return html`<p>${latency.count.length === 0 ? "No live update was taken." : reason}</p>`;
  }
  return html`<div class="agents"><div class="agents-head" aria-hidden="true">${spans(HEADS)}</div>
${agents.map((agent, index) => row(agent, index, durationMs))}</div>
${agents.some(({ sequence }) => sequence !== undefined) ? SEQUENCE_LEGEND : nothing}`;
}

function row(agent: SlowAgent, index: number, durationMs: number): Markup {
  const cells = [
    agent.agentId,
    html`${formatMs(agent.latencyMs)}<i class="unit"> ms</i>`,
    formatSeconds(agent.atMs, 2),
    formatCount(agent.taken),
    badge(agent.status),
  ];
  return html`<details class="agent"><summary>${spans(cells)}</summary>
${timeline(agent, durationMs)}
${agent.sequence === undefined ? nothing : html`<div class="drawn" data-sequence="${index}"></div>`}</details>
`;
}

function timeline(agent: SlowAgent, durationMs: number): Markup {
  const { history, endedAtMs, ended } = agent;
  const percent = (atMs: number): string =>
    `${((Math.min(Math.max(atMs, 0), durationMs) / durationMs) * 100).toFixed(3)}%`;
  const statuses = history.map(({ status, atMs }, index) => {
    // The last status lasts until the end of the run.
    const until = history[index + 1]?.atMs ?? durationMs;
    const style = `left:${percent(atMs)};width:calc(${percent(until)} - ${percent(atMs)})`;
    const title = `${status} from ${formatSeconds(atMs, 3)}`;
    return html`<span class="${statusClass(status)}" style="${style}" title="${title}"></span>`;
  });
  const lines = [
    ...history.map(({ status, atMs }) => ({ atMs, what: badge(status) })),
    { atMs: agent.atMs, what: html`took an update with a latency of <b>${formatMs(agent.latencyMs)} ms</b>` },
    ...(endedAtMs === undefined
      ? []
      : [{ atMs: endedAtMs, what: html`its task ended${ended === undefined ? nothing : `: ${ended}`}` }]),
  ].sort((a, b) => a.atMs - b.atMs);
  const mark = html`<i style="left:${percent(agent.atMs)}" title="slowest update taken"></i>`;
  const items = lines.map(({ atMs, what }) => html`<li><time>${formatSeconds(atMs, 3)}</time> ${what}</li>`);
  return html`<div class="life" aria-hidden="true">${statuses}${mark}</div>
<div class="life-axis" aria-hidden="true"><span>0 s</span><span>${formatElapsed(durationMs)}</span></div>
<ol class="life-list">${items}</ol>`;
}
