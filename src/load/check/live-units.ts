/** How many units were live at once: the figure of a requester who asks how many workers a task can have. */
import type { AgentAudit } from "../../platform/db/index.js";
import { isFinal } from "../../vocabulary/index.js";
import type { OutsideAgentEvidence } from "./network-evidence.js";

/** A time in which an agent was on its unit, ms. The end is Infinity when it did not end. */
export interface LiveSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From the row of an agent to its final status. Onboarding agents have no unit. */
export function liveSpansOf(audit: readonly AgentAudit[]): LiveSpan[] {
  return audit
    .filter(({ agentType }) => agentType === "main")
    .map(({ createdAt, history }) => ({
      fromMs: createdAt,
      toMs: history.find(({ status }) => isFinal(status))?.at ?? Infinity,
    }));
}

/**
 * As clients see it: from the moment when a client was given its agent, until it was told a final status, its submit
 * was answered, or it was gone.
 */
export function liveSpansOfClients(agents: readonly OutsideAgentEvidence[]): LiveSpan[] {
  return agents
    .filter(({ isOnboarding }) => !isOnboarding)
    .map(({ givenAtMs, statuses, submit, goneAtMs = Infinity }) => {
      const endedAtMs = statuses.find(({ status }) => isFinal(status))?.atMs ?? Infinity;
      return { fromMs: givenAtMs, toMs: Math.min(endedAtMs, submit?.answeredAtMs ?? Infinity, goneAtMs) };
    });
}

/** The greatest number of spans at one time. A span that ends as another begins is not counted with it. */
export function peakOf(spans: readonly LiveSpan[]): number {
  const changes = spans
    .flatMap(({ fromMs, toMs }) => [
      { atMs: fromMs, by: 1 },
      { atMs: toMs, by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let now = 0;
  let peak = 0;
  for (const { by } of changes) {
    now += by;
    peak = Math.max(peak, now);
  }
  return peak;
}
