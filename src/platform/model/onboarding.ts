/** What onboarding agents have in common in both generations: how they are created, and their ids. */
import type { OnboardingAgentRow } from "../db/index.js";
import { type Steps, wait } from "../sync/index.js";
import { ONBOARDING_AGENT_ROW } from "./agent-rows.js";
import type { ModelContext } from "./context.js";
import type { TaskRun } from "./entities/task-run.js";
import type { Worker } from "./entities/worker.js";
import { type AgentHandle, type Opening, opening } from "./handle.js";
import { DISPLAY_PREFIX, getDbIdFromAgentId, isOnboardingId } from "./onboarding-id.js";
import { addWaitForms, type WaitForms } from "./wait-forms.js";

/** How onboarding agents are created. */
interface OnboardingCreation<Self> {
  /** Creates an onboarding agent for a worker to use as part of a task run. Its status is `none`. */
  newSteps(context: ModelContext, worker: Worker, taskRun: TaskRun): Steps<Self>;
}

/** The static methods of a class of onboarding agents. */
export interface OnboardingStatics<Self> extends OnboardingCreation<Self>, WaitForms<OnboardingCreation<Self>> {
  readonly DISPLAY_PREFIX: typeof DISPLAY_PREFIX;
  readonly isOnboardingId: typeof isOnboardingId;
  readonly getDbIdFromAgentId: typeof getDbIdFromAgentId;
  /**
   * A new handle on an onboarding agent.
   * @param dbId the id of its row (not the one with the prefix)
   * @param row the row, if the caller has it
   * @throws NoSuchRowError when there is no such row
   */
  get(context: ModelContext, dbId: string, row?: OnboardingAgentRow): Self;
}

type HandleClass<Handle> = abstract new (opening: Opening<OnboardingAgentRow>) => Handle;

/** A subclass of `Base` whose agents are in the onboarding of a task run, for the class `Self` of a generation. */
export function inOnboarding<Self, Handle extends AgentHandle<OnboardingAgentRow>>(
  Base: HandleClass<Handle>,
): HandleClass<Handle> & OnboardingStatics<Self> {
  abstract class AgentInOnboarding extends (Base as HandleClass<AgentHandle<OnboardingAgentRow>>) {
    static readonly DISPLAY_PREFIX = DISPLAY_PREFIX;
    static readonly isOnboardingId = isOnboardingId;
    static readonly getDbIdFromAgentId = getDbIdFromAgentId;

    static {
      addWaitForms(this, "newSteps");
    }

    static get(context: ModelContext, dbId: string, row?: OnboardingAgentRow): AgentInOnboarding {
      const Class = this as unknown as new (opening: Opening<OnboardingAgentRow>) => AgentInOnboarding;
      return context.wrapHandle(new Class(opening(context, ONBOARDING_AGENT_ROW, dbId, row)));
    }

    static *newSteps(
      context: ModelContext,
      { dbId: workerId }: Worker,
      { dbId: taskRunId }: TaskRun,
    ): Steps<AgentInOnboarding> {
      const row = yield* wait(context.db.write("newOnboardingAgent", { workerId, taskRunId, at: context.clock.now() }));
      const agent = this.get(context, row.onboardingAgentId, row);
      agent.created(`worker ${workerId}`);
      return agent;
    }
  }
  return AgentInOnboarding as unknown as HandleClass<Handle> & OnboardingStatics<Self>;
}
