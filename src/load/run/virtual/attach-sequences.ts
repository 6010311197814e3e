/** The sequence diagrams of the report's slowest agents, from the trace of their run. */
import type { SequenceDiagram, SlowAgent } from "../../../results/index.js";
import { concerns, readTrace, type TraceEvent, type TraceValue } from "../../../replay/trace/index.js";
import { agentIdOf, assert } from "../../../vocabulary/index.js";
import { agentSequence } from "./agent-sequence.js";

/** A larger trace takes too long to read, so its report has no diagrams. */
const MAX_EVENTS = 3_000_000;
/** The most rows of one diagram, to limit the size of the report. */
const MAX_ROWS = 400;

/** `agents` with their diagrams from the trace at `path`, which has this number of `events`. @throws TraceError */
export function attachSequences(agents: readonly SlowAgent[], path: string, events: number): SlowAgent[] {
  if (events > MAX_EVENTS) return [...agents];
  const eventsByAgent = new Map(agents.map(({ agentId }) => [agentId, new Array<TraceEvent>()]));
  for (const event of readTrace(path).events()) {
    if (event.actor === "scheduler" || !mentions(event, eventsByAgent)) continue;
    for (const [agentId, ofAgent] of eventsByAgent) if (concerns(event, agentId)) ofAgent.push(event);
  }
  return agents.map((agent) => {
    const { agentId, atMs, latencyMs } = agent;
    const ofAgent = eventsByAgent.get(agentId);
    assert(ofAgent !== undefined, "each of the slowest agents has a list of events");
    const sequence: SequenceDiagram = agentSequence(ofAgent, {
      agentId,
      most: MAX_ROWS,
      note: { atMs, text: `the slowest: ${latencyMs.toFixed(1)} ms` },
    });
    return { ...agent, sequence };
  });
}

/**
 * Whether the event contains any of the ids, as a whole text or before a slash: a cheap check before {@link concerns}.
 */
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
