/**
 * The model's two gauges, `active_agent_statuses` and `active_workers` (the seed's ACTIVE_AGENT_STATUSES and ACTIVE_WORKERS).
 *
 * Status changes are the model's hot path and `active_workers` has a label value per worker, so a change only touches a plain map
 * here; prom-client sees the values when somebody scrapes. With handles in several threads one thread's value may be negative, and
 * only the sum over the threads means something. Which change is counted is the context's choice (`gauges`): as in the seed the one
 * that the handle saw, or the one that the row made.
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
  /** Where prom-client finds the two gauges; `await registry.metrics()` renders them. */
  readonly registry: Registry;
  /** A new agent: one more with status `none`, one more for its worker. */
  created(agentType: AgentType, workerId: string): void;
  /** An agent's status changed from `from`, as the handle knew it or as the row was. From a status that is not final to a final one ends it for its worker. */
  changed(agentType: AgentType, workerId: string, from: AgentStatus, to: AgentStatus): void;
  /** Every status touched so far, also those back at 0, in the order they were first touched. */
  statuses(): StatusGauge[];
  /** Every worker touched so far, also those back at 0, in the order they were first touched. */
  workers(): WorkerGauge[];
}

const AGENT_TYPES = ["main", "onboarding"] as const;

/**
 * @param registry where to register the gauges; its own when left out
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
