/**
 * The model's two gauges, `active_agent_statuses` and `active_workers` (ACTIVE_AGENT_STATUSES and ACTIVE_WORKERS of the
 * original), for Prometheus. Changes are only counted (agent-counts.ts); prom-client reads the counts at a scrape. The
 * threads of a run have counts alone, so that they need not load prom-client.
 */
import { Gauge, Registry } from "prom-client";
import { createAgentCounts, type AgentCounts } from "./agent-counts.js";

export interface AgentMetrics extends AgentCounts {
  /** The registry of the two gauges; `await registry.metrics()` renders them. */
  readonly registry: Registry;
}

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
  const counts = createAgentCounts();
  new Gauge({
    name: "active_agent_statuses",
    help: "Agents by status",
    labelNames: ["status", "agent_type"],
    registers: [registry],
    collect() {
      for (const { agentType, status, value } of counts.statuses()) this.set({ status, agent_type: agentType }, value);
    },
  });
  new Gauge({
    name: "active_workers",
    help: "Agents of each worker that have not reached a final status",
    labelNames: ["worker_id", "agent_type"],
    registers: [registry],
    collect() {
      for (const { agentType, workerId, value } of counts.workers())
        this.set({ worker_id: workerId, agent_type: agentType }, value);
    },
  });
  return { ...counts, registry };
}
