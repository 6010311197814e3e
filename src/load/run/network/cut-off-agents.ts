/** The agents whose clients the early end of a run over a network took. */
import { isFinal } from "../../../vocabulary/index.js";
import type { NetworkEvidence } from "../../check/index.js";

/** Whether the early end of the run took the client of an agent with this status. */
export type IsCutOff = (agentId: string, status: string) => boolean;

/** Final statuses that an agent does not get because its client is gone. */
const ENDED_BY_ITSELF: ReadonlySet<string> = new Set([
  "completed",
  "approved",
  "rejected",
  "soft_rejected",
  "returned",
]);

/**
 * Those whose clients were there when they were stopped, at `stoppedAtMs`, and had neither submitted nor received
 * a final status.
 */
export function cutOffAgents({ agents }: NetworkEvidence, stoppedAtMs: number): IsCutOff {
  const ended = new Set(
    agents
      .filter(
        ({ submit, statuses, goneAtMs = Infinity }) =>
          submit?.answeredAtMs !== undefined ||
          statuses.some(({ status }) => isFinal(status)) ||
          goneAtMs < stoppedAtMs,
      )
      .map(({ agentId }) => agentId),
  );
  return (agentId, status) => !ended.has(agentId) && !ENDED_BY_ITSELF.has(status);
}
