/** The onboarding agent of the packet generation: example 1 of the original. */
import type { OnboardingAgentRow } from "../../db/index.js";
import { block, type Steps, suspend, wait } from "../../sync/index.js";
import type { ModelContext } from "../context.js";
import type { TaskRun } from "../entities/task-run.js";
import type { Worker } from "../entities/worker.js";
import { opening } from "../handle.js";
import { DISPLAY_PREFIX, getDbIdFromAgentId, isOnboardingId } from "../onboarding-id.js";
import { OnboardingRecord } from "../record.js";
import { PacketAgent } from "./packet-agent.js";

export class PacketOnboardingAgent extends PacketAgent<OnboardingRecord> {
  static readonly DISPLAY_PREFIX = DISPLAY_PREFIX;
  static readonly isOnboardingId = isOnboardingId;
  static readonly getDbIdFromAgentId = getDbIdFromAgentId;

  /**
   * A new handle on an onboarding agent.
   * @param dbId the id of its row (not the one with the prefix)
   * @param row the row, if the caller has it
   * @throws NoSuchRowError when there is no such row
   */
  static get(context: ModelContext, dbId: string, row?: OnboardingAgentRow): PacketOnboardingAgent {
    return context.wrapHandle(
      new PacketOnboardingAgent(opening(context, OnboardingRecord.load(context.db, dbId, row))),
    );
  }

  /** Creates an onboarding agent for a worker to use as part of a task run. Its status is `none`. */
  static *newSteps(context: ModelContext, worker: Worker, taskRun: TaskRun): Steps<PacketOnboardingAgent> {
    const row = yield* wait(
      context.db.write("newOnboardingAgent", {
        workerId: worker.dbId,
        taskRunId: taskRun.dbId,
        at: context.clock.now(),
      }),
    );
    return PacketOnboardingAgent.get(context, row.onboardingAgentId, row);
  }

  static new(context: ModelContext, worker: Worker, taskRun: TaskRun): PacketOnboardingAgent {
    return block(PacketOnboardingAgent.newSteps(context, worker, taskRun));
  }

  static newAsync(context: ModelContext, worker: Worker, taskRun: TaskRun): Promise<PacketOnboardingAgent> {
    return suspend(PacketOnboardingAgent.newSteps(context, worker, taskRun));
  }

  /**
   * Marks the onboarding as done by the worker: sets the status `waiting`, also after `approved` and `rejected`.
   *
   * The original means to keep the statuses `approved` and `rejected`, but it compares them with the method `self.get_status` instead
   * of its result, so its condition always holds. The conformance vectors record this.
   */
  *markDoneSteps(): Steps<void> {
    yield* this.updateStatusSteps("waiting");
  }

  markDone(): void {
    block(this.markDoneSteps());
  }

  markDoneAsync(): Promise<void> {
    return suspend(this.markDoneSteps());
  }
}
