/** The lives of the report's slowest agents, read back from the trace of their run. */
import type { SequenceDiagram, SlowAgent } from "../../../results/index.js";
import { concerns, readTrace, type TraceEvent, type TraceValue } from "../../../replay/trace/index.js";
import { agentIdOf } from "../../../vocabulary/index.js";
import { agentSequence } from "./agent-sequence.js";

/** A trace that takes longer to read back than a report is worth has no lives drawn. */
const MAX_EVENTS = 3_000_000;
/** Rows of one agent; the report has to stay a page. */
const MAX_ROWS = 400;

/** `agents` with their lives, out of the trace at `path`, which has so many `events`. @throws TraceError */
export function attachSequences(agents: readonly SlowAgent[], path: string, events: number): SlowAgent[] {
  if (events > MAX_EVENTS) return [...agents];
  const eventsByAgent = new Map(agents.map(({ agentId }) => [agentId, new Array<TraceEvent>()]));
  for (const event of readTrace(path).events()) {
    if (event.actor === "scheduler" || !mentions(event, eventsByAgent)) continue;
    for (const [agentId, ofAgent] of eventsByAgent) if (concerns(event, agentId)) ofAgent.push(event);
  }
  return agents.map((agent) => {
    const { agentId, atMs, latencyMs } = agent;
    const sequence: SequenceDiagram = agentSequence(eventsByAgent.get(agentId) ?? [], {
      agentId,
      most: MAX_ROWS,
      note: { atMs, text: `the slowest: ${latencyMs.toFixed(1)} ms` },
    });
    return { ...agent, sequence };
  });
}

/** Whether any of the ids is in the event, as a text of its own or before a slash: far cheaper than to ask of what it is about. */
function mentions({ subject, args, outcome }: TraceEvent, ids: ReadonlyMap<string, unknown>): boolean {
  return isIn(subject, ids) || isIn(args, ids) || isIn(outcome, ids);
}

function isIn(value: TraceValue, ids: ReadonlyMap<string, unknown>): boolean {
  if (typeof value === "string") {
    const slash = value.indexOf("/");
    return ids.has(slash < 0 ? value : value.slice(0, slash)) || ids.has(agentIdOf("onboarding", value));
  }
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((item: TraceValue) => isIn(item, ids));
  return Object.entries(value as { readonly [key: string]: TraceValue }).some(
    ([key, item]) => ids.has(key) || isIn(item, ids),
  );
}
