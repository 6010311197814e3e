/** Blueprints: the task code that handles a worker's live updates. */
import type { AgentStatus } from "../../../vocabulary/index.js";
import type { LiveAgent } from "../../model/index.js";
import type { Json, Steps } from "../../sync/index.js";

/** A live update as the task's code gets it. */
export type TakenUpdate = Readonly<Record<string, Json | undefined>>;

/** The result of a wait for a submit. */
export interface AwaitedSubmit {
  /** Whether the worker has submitted, or will not submit any more; false after a timeout. */
  readonly raised: boolean;
  /** The agent's status in the database after the wait. */
  readonly status: AgentStatus;
}

/** The operations and timeouts of a blueprint. */
export interface TaskContext {
  /** How long to wait for the next live update, ms. */
  readonly liveUpdateTimeoutMs: number;
  /** How long to wait for the submit once the live part is over, ms. */
  readonly submissionTimeoutMs: number;
  /** The next live update of `agent`; throws what `getLiveUpdate` throws. */
  readonly nextUpdate: (agent: LiveAgent) => Steps<TakenUpdate>;
  /** Waits for the submit of `agent`, for `timeoutMs` at most, and reads its status then. */
  readonly awaitSubmit: (agent: LiveAgent, timeoutMs: number) => Steps<AwaitedSubmit>;
  /** Sends `data` to the worker, in answer to `update`. */
  readonly reply: (agent: LiveAgent, update: TakenUpdate, data: TakenUpdate) => void;
}

/** The test of an onboarding. Workers answer with a submit. */
export interface OnboardingTest {
  /** The submits of simulated workers: one that passes, and one that fails. */
  readonly rightAnswer: Readonly<Record<string, Json>>;
  readonly wrongAnswer: Readonly<Record<string, Json>>;
  /** Whether the submitted data passes. */
  isPassedBy(submit: TakenUpdate): boolean;
}

/** A kind of task. Its functions run as coroutines on a task thread and may throw the four absence errors. */
export interface Blueprint {
  readonly type: string;
  readonly onboarding: OnboardingTest;
  /** The live part of one agent's work. `partners` are the others of the assignment, empty where there are none. */
  runUnit(agent: LiveAgent, partners: readonly LiveAgent[], context: TaskContext): Steps<void>;
}
