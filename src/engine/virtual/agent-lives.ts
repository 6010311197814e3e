/** The lives of the report's slowest agents, read back from the trace of their run. */
import type { Sequence, SlowAgent } from "../../report/index.js";
import { concerns, readTrace, type TraceEvent, type Value } from "../../trace/index.js";
import { agentIdOf } from "../../vocabulary/index.js";
import { agentSequence } from "./agent-sequence.js";

/** A trace that takes longer to read back than a report is worth has no lives drawn. */
const MOST_EVENTS = 3_000_000;
/** Rows of one agent; the report has to stay a page. */
const MOST_ROWS = 400;

/** `agents` with their lives, out of the trace at `path`, which has so many `events`. @throws TraceError */
export function withLives(agents: readonly SlowAgent[], path: string, events: number): SlowAgent[] {
  if (events > MOST_EVENTS) return [...agents];
  const lives = new Map(agents.map(({ agentId }) => [agentId, new Array<TraceEvent>()]));
  for (const event of readTrace(path).events()) {
    if (event.actor === "scheduler" || !mentions(event, lives)) continue;
    for (const [agentId, life] of lives) if (concerns(event, agentId)) life.push(event);
  }
  return agents.map((agent) => {
    const { agentId, atMs, latencyMs } = agent;
    const sequence: Sequence = agentSequence(lives.get(agentId) ?? [], {
      agentId,
      most: MOST_ROWS,
      note: { atMs, text: `the slowest: ${latencyMs.toFixed(1)} ms` },
    });
    return { ...agent, sequence };
  });
}

/** Whether any of the ids is in the event, as a text of its own or before a slash: far cheaper than to ask of what it is about. */
function mentions({ subject, args, outcome }: TraceEvent, ids: ReadonlyMap<string, unknown>): boolean {
  return isIn(subject, ids) || isIn(args, ids) || isIn(outcome, ids);
}

function isIn(value: Value, ids: ReadonlyMap<string, unknown>): boolean {
  if (typeof value === "string") {
    const slash = value.indexOf("/");
    return ids.has(slash < 0 ? value : value.slice(0, slash)) || ids.has(agentIdOf("onboarding", value));
  }
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some((item: Value) => isIn(item, ids));
  return Object.entries(value as { readonly [key: string]: Value }).some(
    ([key, item]) => ids.has(key) || isIn(item, ids),
  );
}
