/**
 * An agent: a worker who works on one unit. Live-update generation: the unit and provider parts of example 3 of the
 * original, the live path of its example 2, and the changes of Mephisto 1.0 as the conformance vectors record them.
 *
 * A crowd provider subclasses it. `Agent.get`, `Agent.new` and `Agent.newFromProviderData` use the class of the
 * provider that the row or the unit names.
 */
import type { AgentStatus } from "../../vocabulary/index.js";
import type { Steps } from "../sync/index.js";
import { LiveAgent } from "./live-agent.js";
import type { AgentRow } from "../db/index.js";
import { onUnit } from "./unit-agent.js";

/**
 * An agent: a worker who works on one unit.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Agent, Arena, createContext, openDatabase, Unit, Worker } from "crowdstorm";
 *
 * const db = openDatabase(":memory:", { create: true });
 * const context = createContext({ db, arena: Arena.create() });
 * const { taskId } = db.write("newTask", { taskName: "greetings", taskType: "chat" }).block();
 * const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "runs/1" }).block();
 * db.write("newAssignments", { taskRunId, assignments: 1, unitsEach: 1, status: "launched" }).block();
 * const { workerId } = db.write("findOrCreateWorker", { workerName: "ada", providerType: "simulated" }).block();
 * const row = db.write("reserveUnit", taskRunId, workerId).block();
 * assert(row !== null);
 * const unit = Unit.get(db, row.unitId);
 * const agent = Agent.newFromProviderData(context, Worker.get(db, workerId), unit, {});
 *
 * agent.updateStatus("in task");
 * // In a run this comes from another thread.
 * agent.mailbox.append({ text: "hello" });
 * assert.equal(agent.getLiveUpdate(1000)?.["text"], "hello");
 * agent.markDone();
 * assert.equal(agent.getStatus(), "completed");
 * db.close();
 * ```
 */
export abstract class Agent extends onUnit<Agent, LiveAgent<AgentRow>>(LiveAgent<AgentRow>, "Agent", "AgentClass") {
  /**
   * As the base class. Also takes the agent off its unit if the worker leaves while the agent is `waiting`: no work has
   * been done on the unit yet.
   */
  override *updateStatusSteps(status: AgentStatus): Steps<void> {
    const from = this.dbStatus;
    yield* super.updateStatusSteps(status);
    if (from === "waiting" && this.releasesWaiters(this.dbStatus))
      yield* this.getUnit().clearAssignedAgentSteps(this.dbId);
  }

  // Abstract again, so that the compiler asks each provider's class for them.
  abstract override approveWorkSteps(): Steps<void>;
  abstract override rejectWorkSteps(reason: string): Steps<void>;
  abstract override markDoneSteps(): Steps<void>;

  protected pushes(): boolean {
    return true;
  }

  protected releasesWaiters(status: AgentStatus): boolean {
    return status === "returned" || status === "disconnect" || status === "timeout";
  }
}
