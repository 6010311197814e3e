/**
 * Onboarding agents are used in tasks that have a separate onboarding step. They belong to the task run and have no
 * unit. Live-update generation: example 2 of the original.
 */
import type { AgentStatus } from "../../vocabulary/index.js";
import { LiveAgent } from "./live-agent.js";
import { inOnboarding } from "./onboarding.js";
import type { OnboardingAgentRow } from "../db/index.js";

/**
 * An agent in the onboarding step of a task. It belongs to a task run and has no unit.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Arena, createContext, OnboardingAgent, openDatabase, TaskRun, Worker } from "crowdstorm";
 *
 * const db = openDatabase(":memory:", { create: true });
 * const context = createContext({ db, arena: Arena.create() });
 * const { taskId } = db.write("newTask", { taskName: "greetings", taskType: "chat" }).block();
 * const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "runs/1" }).block();
 * const { workerId } = db.write("findOrCreateWorker", { workerName: "ada", providerType: "simulated" }).block();
 * const agent = OnboardingAgent.new(context, Worker.get(db, workerId), TaskRun.get(db, taskRunId));
 *
 * assert.equal(agent.getAgentId(), `${OnboardingAgent.DISPLAY_PREFIX}${agent.dbId}`);
 * agent.updateStatus("onboarding");
 * agent.handleSubmit({ answer: 42 });
 * assert.equal(agent.awaitSubmit(1000), true);
 * agent.updateStatus("approved");
 * db.close();
 * ```
 */
export class OnboardingAgent extends inOnboarding<OnboardingAgent, LiveAgent<OnboardingAgentRow>>(
  LiveAgent<OnboardingAgentRow>,
) {
  /** An approval or rejection is not pushed: the page continues with the task, or is refused. */
  protected pushes(status: AgentStatus): boolean {
    return status !== "approved" && status !== "rejected";
  }

  protected releasesWaiters(status: AgentStatus): boolean {
    return status === "returned" || status === "disconnect";
  }
}
