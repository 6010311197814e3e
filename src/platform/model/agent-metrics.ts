/**
 * The model's two gauges, `active_agent_statuses` and `active_workers` (ACTIVE_AGENT_STATUSES and ACTIVE_WORKERS of the
 * original).
 *
 * Status changes are the model's hot path, and `active_workers` has a label value per worker. A change therefore only
 * updates a plain map; prom-client reads the values at a scrape. With handles in several threads the value of one
 * thread may be negative: only the sum over the threads is meaningful. The context chooses which change is counted
 * (`gauges`): the one that the handle saw, as in the original, or the one of the row.
 */
import { Gauge, Registry } from "prom-client";
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

export interface AgentMetrics {
  /** The registry of the two gauges; `await registry.metrics()` renders them. */
  readonly registry: Registry;
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
 * @param registry where to register the gauges; a new registry by default
 * @throws Error when `registry` already has metrics of these names
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Agent, Arena, createAgentMetrics, createContext, openDatabase, Unit, Worker } from "crowdstorm";
 *
 * const metrics = createAgentMetrics();
 * const db = openDatabase(":memory:", { create: true });
 * const context = createContext({ db, arena: Arena.create(), metrics });
 * const { taskId } = db.write("newTask", { taskName: "greetings", taskType: "chat" }).block();
 * const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "runs/1" }).block();
 * db.write("newAssignments", { taskRunId, assignments: 1, unitsEach: 1, status: "launched" }).block();
 * const { workerId } = db.write("findOrCreateWorker", { workerName: "ada", providerType: "simulated" }).block();
 * const row = db.write("reserveUnit", taskRunId, workerId).block();
 * assert(row !== null);
 * const unit = Unit.get(db, row.unitId);
 * Agent.newFromProviderData(context, Worker.get(db, workerId), unit, {});
 *
 * assert.match(await metrics.registry.metrics(), /active_agent_statuses\{status="accepted",agent_type="main"\} 1/);
 * db.close();
 * ```
 */
export function createAgentMetrics(registry: Registry = new Registry()): AgentMetrics {
  const statuses = { main: new Map<AgentStatus, number>(), onboarding: new Map<AgentStatus, number>() };
  const workers = { main: new Map<string, number>(), onboarding: new Map<string, number>() };

  const metrics: AgentMetrics = {
    registry,
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

  new Gauge({
    name: "active_agent_statuses",
    help: "Agents by status",
    labelNames: ["status", "agent_type"],
    registers: [registry],
    collect() {
      for (const { agentType, status, value } of metrics.statuses()) this.set({ status, agent_type: agentType }, value);
    },
  });
  new Gauge({
    name: "active_workers",
    help: "Agents of each worker that have not reached a final status",
    labelNames: ["worker_id", "agent_type"],
    registers: [registry],
    collect() {
      for (const { agentType, workerId, value } of metrics.workers())
        this.set({ worker_id: workerId, agent_type: agentType }, value);
    },
  });
  return metrics;
}

function add<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
