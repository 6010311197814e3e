/**
 * The numbers behind the model's two gauges (agent-metrics.ts): agents by status, and live agents of each worker.
 *
 * Status changes are the model's hot path, and there is a number for each worker. A change only updates a plain map.
 * With handles in several threads the number of one thread may be negative: only the sum over the threads is
 * meaningful. The context chooses which change is counted (`gauges`): the one that the handle saw, as in the original,
 * or the one of the row.
 */
import { type AgentStatus, isFinal } from "../../vocabulary/index.js";
import type { AgentType } from "../db/index.js";

/** One labelled value of `active_agent_statuses`. */
export interface StatusGauge {
  readonly agentType: AgentType;
  readonly status: AgentStatus;
  readonly value: number;
}

/** One labelled value of `active_workers`. */
export interface WorkerGauge {
  readonly agentType: AgentType;
  readonly workerId: string;
  readonly value: number;
}

export interface AgentCounts {
  /** A new agent: one more with status `none`, one more for its worker. */
  created(agentType: AgentType, workerId: string): void;
  /**
   * An agent's status changed from `from`, which is the status that the handle knew or the row had. A change to a final
   * status from one that is not final ends the agent for its worker.
   */
  changed(agentType: AgentType, workerId: string, from: AgentStatus, to: AgentStatus): void;
  /** Every status touched so far, including those that are 0 again, in the order they were first touched. */
  statuses(): StatusGauge[];
  /** Every worker touched so far, including those that are 0 again, in the order they were first touched. */
  workers(): WorkerGauge[];
}

const AGENT_TYPES = ["main", "onboarding"] as const;

/**
 * Counts from zero.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createAgentCounts } from "crowdstorm";
 *
 * const counts = createAgentCounts();
 * counts.created("main", "7");
 * counts.changed("main", "7", "none", "accepted");
 * assert.deepEqual(counts.workers(), [{ agentType: "main", workerId: "7", value: 1 }]);
 * ```
 */
export function createAgentCounts(): AgentCounts {
  const statuses = { main: new Map<AgentStatus, number>(), onboarding: new Map<AgentStatus, number>() };
  const workers = { main: new Map<string, number>(), onboarding: new Map<string, number>() };
  return {
    created: (agentType, workerId) => {
      add(statuses[agentType], "none", 1);
      add(workers[agentType], workerId, 1);
    },
    changed: (agentType, workerId, from, to) => {
      add(statuses[agentType], from, -1);
      add(statuses[agentType], to, 1);
      if (!isFinal(from) && isFinal(to)) add(workers[agentType], workerId, -1);
    },
    statuses: () =>
      AGENT_TYPES.flatMap((agentType) =>
        Array.from(statuses[agentType], ([status, value]) => ({ agentType, status, value })),
      ),
    workers: () =>
      AGENT_TYPES.flatMap((agentType) =>
        Array.from(workers[agentType], ([workerId, value]) => ({ agentType, workerId, value })),
      ),
  };
}

function add<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
