/**
 * The slowest agents of a run as traces: a trace for each agent, with a span for each status and for its slowest
 * update.
 */
import type { Attributes, Context, Tracer } from "@opentelemetry/api";
import type { ReportData, SlowAgent } from "../../results/index.js";
import type { OpenTelemetry } from "./load-sdk.js";

/** Starts and ends the spans of the slowest agents. `startedAtMs`: the start of the run, ms since 1970. */
export function recordAgents(
  { slowest, durationMs }: Pick<ReportData, "slowest" | "durationMs">,
  startedAtMs: number,
  tracer: Tracer,
  { api }: Pick<OpenTelemetry, "api">,
): void {
  for (const agent of slowest) {
    const [first] = agent.history;
    const endMs = endOf(agent, durationMs);
    const span = tracer.startSpan(
      `agent ${agent.agentId}`,
      { startTime: startedAtMs + (first?.atMs ?? startOfUpdate(agent)), attributes: attributesOf(agent) },
      api.ROOT_CONTEXT,
    );
    if (agent.ended !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR, message: agent.ended });
    recordParts(agent, endMs, startedAtMs, tracer, api.trace.setSpan(api.ROOT_CONTEXT, span));
    span.end(startedAtMs + endMs);
  }
}

function recordParts(agent: SlowAgent, endMs: number, startedAtMs: number, tracer: Tracer, within: Context): void {
  const part = (name: string, fromMs: number, toMs: number): void => {
    tracer.startSpan(name, { startTime: startedAtMs + fromMs }, within).end(startedAtMs + Math.max(fromMs, toMs));
  };
  for (const [index, { status, atMs }] of agent.history.entries())
    part(status, atMs, agent.history[index + 1]?.atMs ?? endMs);
  part("slowest live update", startOfUpdate(agent), agent.atMs);
}

/** When its slowest update was intended to be sent, ms after the start of the run. */
function startOfUpdate({ atMs, latencyMs }: SlowAgent): number {
  return atMs - latencyMs;
}

function endOf({ history, endedAtMs, atMs }: SlowAgent, durationMs: number): number {
  return Math.max(endedAtMs ?? durationMs, history.at(-1)?.atMs ?? 0, atMs);
}

function attributesOf({ agentId, status, latencyMs, taken }: SlowAgent): Attributes {
  return {
    "crowdstorm.agent.id": agentId,
    "crowdstorm.agent.status": status,
    "crowdstorm.agent.updates": taken,
    "crowdstorm.live_update_latency": latencyMs / 1000,
  };
}
