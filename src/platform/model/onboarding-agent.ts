/**
 * Onboarding agents are used in tasks that have a separate onboarding step. They belong to the task run and have no unit.
 * Live-update generation: example 2 of the original.
 */
import type { AgentStatus } from "../../vocabulary/index.js";
import type { OnboardingAgentRow } from "../db/index.js";
import { block, type Steps, suspend, wait } from "../sync/index.js";
import type { ModelContext } from "./context.js";
import type { TaskRun } from "./entities/task-run.js";
import type { Worker } from "./entities/worker.js";
import { opening } from "./handle.js";
import { LiveAgent } from "./live-agent.js";
import { DISPLAY_PREFIX, getDbIdFromAgentId, isOnboardingId } from "./onboarding-id.js";
import { OnboardingRecord } from "./record.js";

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
export class OnboardingAgent extends LiveAgent<OnboardingRecord> {
  static readonly DISPLAY_PREFIX = DISPLAY_PREFIX;
  static readonly isOnboardingId = isOnboardingId;
  static readonly getDbIdFromAgentId = getDbIdFromAgentId;

  /**
   * A new handle on an onboarding agent.
   * @param dbId the id of its row (not the one with the prefix)
   * @param row the row, if the caller has it
   * @throws NoSuchRowError when there is no such row
   */
  static get(context: ModelContext, dbId: string, row?: OnboardingAgentRow): OnboardingAgent {
    return context.wrapHandle(new OnboardingAgent(opening(context, OnboardingRecord.load(context.db, dbId, row))));
  }

  /** Creates an onboarding agent for a worker to use as part of a task run. Its status is `none`. */
  static *newSteps(context: ModelContext, worker: Worker, taskRun: TaskRun): Steps<OnboardingAgent> {
    const row = yield* wait(
      context.db.write("newOnboardingAgent", {
        workerId: worker.dbId,
        taskRunId: taskRun.dbId,
        at: context.clock.now(),
      }),
    );
    const agent = OnboardingAgent.get(context, row.onboardingAgentId, row);
    context.metrics.created("onboarding", worker.dbId);
    context.log("debug", `Registered new ${agent.toString()} for worker ${worker.dbId}`);
    return agent;
  }

  static new(context: ModelContext, worker: Worker, taskRun: TaskRun): OnboardingAgent {
    return block(OnboardingAgent.newSteps(context, worker, taskRun));
  }

  static newAsync(context: ModelContext, worker: Worker, taskRun: TaskRun): Promise<OnboardingAgent> {
    return suspend(OnboardingAgent.newSteps(context, worker, taskRun));
  }

  /** An approval or rejection is not pushed: the page continues with the task, or is refused. */
  protected pushes(status: AgentStatus): boolean {
    return status !== "approved" && status !== "rejected";
  }

  protected releasesWaiters(status: AgentStatus): boolean {
    return status === "returned" || status === "disconnect";
  }
}
