/** The slowest agents: a row each, which opens to the agent's own life on the run's time axis. */
import { formatCount, formatMs } from "../../vocabulary/index.js";
import type { ReportData, SlowAgent } from "../../results/index.js";
import { badge } from "./figure-sections.js";
import { html, nothing, type Markup } from "./markup.js";
import { SEQUENCE_LEGEND } from "./sequence-page.js";
import { statusClass } from "./status-order.js";

const seconds = (atMs: number): string => `${(atMs / 1000).toFixed(3)} s`;

export function slowest({ slowest: agents, durationMs, latency }: ReportData): Markup {
  if (agents.length === 0)
    return html`<p>${latency.count.length === 0 ? "No live update was taken." : "The notes on who took how long died with their thread."}</p>`;
  return html`<div class="agents"><div class="agents-head" aria-hidden="true"><span>agent</span><span>slowest (ms)</span><span>taken at</span><span>updates</span><span>ended as</span></div>
${agents.map((agent, index) => row(agent, index, durationMs))}</div>
${agents.some(({ sequence }) => sequence !== undefined) ? SEQUENCE_LEGEND : nothing}`;
}

function row(agent: SlowAgent, index: number, durationMs: number): Markup {
  return html`<details class="agent"><summary><span>${agent.agentId}</span><span>${formatMs(agent.latencyMs)}<i class="unit"> ms</i></span><span>${(agent.atMs / 1000).toFixed(2)} s</span><span>${formatCount(agent.taken)}</span><span>${badge(agent.status)}</span></summary>
${timeline(agent, durationMs)}
${agent.sequence === undefined ? nothing : html`<div class="drawn" data-sequence="${index}"></div>`}</details>
`;
}

function timeline(agent: SlowAgent, durationMs: number): Markup {
  const { history, endedAtMs, ended } = agent;
  const at = (atMs: number): string => `${((Math.min(Math.max(atMs, 0), durationMs) / durationMs) * 100).toFixed(3)}%`;
  const spans = history.map(({ status, atMs }, index) => {
    const until = history[index + 1]?.atMs ?? durationMs;
    return html`<span class="${statusClass(status)}" style="left:${at(atMs)};width:calc(${at(until)} - ${at(atMs)})" title="${status} from ${seconds(atMs)}"></span>`;
  });
  const lines = [
    ...history.map(({ status, atMs }) => ({ atMs, what: badge(status) })),
    { atMs: agent.atMs, what: html`took the update that was <b>${formatMs(agent.latencyMs)} ms</b> on its way` },
    ...(endedAtMs === undefined
      ? []
      : [{ atMs: endedAtMs, what: html`its task ended${ended === undefined ? nothing : `: ${ended}`}` }]),
  ].sort((a, b) => a.atMs - b.atMs);
  return html`<div class="life" aria-hidden="true">${spans}<i style="left:${at(agent.atMs)}" title="slowest update taken"></i></div>
<div class="life-axis" aria-hidden="true"><span>0 s</span><span>${(durationMs / 1000).toFixed(1)} s</span></div>
<ol class="life-list">${lines.map(({ atMs, what }) => html`<li><time>${seconds(atMs)}</time> ${what}</li>`)}</ol>`;
}
