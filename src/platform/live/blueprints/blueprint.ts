/** Blueprints: what the task's code does with a worker's live updates. */
import type { AgentStatus } from "../../../vocabulary/index.js";
import type { LiveAgent } from "../../model/index.js";
import type { Json, Steps } from "../../sync/index.js";

/** A live update as the task's code gets it. */
export type TakenUpdate = Readonly<Record<string, Json | undefined>>;

/** What a wait for a submit came to. */
export interface AwaitedSubmit {
  /** Whether the worker has submitted, or will not any more; false when the time was over. */
  readonly raised: boolean;
  /** The agent's status in the database after the wait. */
  readonly status: AgentStatus;
}

/** What a blueprint may do with an agent, and how long it may wait. */
export interface TaskContext {
  /** How long to wait for the next live update, ms. */
  readonly liveUpdateTimeoutMs: number;
  /** How long to wait for the submit once the live part is over, ms. */
  readonly submissionTimeoutMs: number;
  /** The next live update of `agent`; throws what `getLiveUpdate` throws. */
  readonly nextUpdate: (agent: LiveAgent) => Steps<TakenUpdate>;
  /** Waits for the submit of `agent`, for `timeoutMs` at most, and reads how it stands then. */
  readonly awaitSubmit: (agent: LiveAgent, timeoutMs: number) => Steps<AwaitedSubmit>;
  /** Says something to the worker, in answer to `update`. */
  readonly reply: (agent: LiveAgent, update: TakenUpdate, data: TakenUpdate) => void;
}

/** The test that an onboarding puts to a worker. Workers answer by a submit. */
export interface OnboardingTest {
  /** What a worker submits to pass, and what one submits to fail: for simulated workers. */
  readonly rightAnswer: Readonly<Record<string, Json>>;
  readonly wrongAnswer: Readonly<Record<string, Json>>;
  /** Whether the submitted data passes. */
  isPassedBy(submit: TakenUpdate): boolean;
}

/** A kind of task. Functions of it run as coroutines on a task thread and throw the four absence errors freely. */
export interface Blueprint {
  readonly type: string;
  readonly onboarding: OnboardingTest;
  /** The live part of one agent's work. `partners` are the others of the assignment, empty where there are none. */
  runUnit(agent: LiveAgent, partners: readonly LiveAgent[], context: TaskContext): Steps<void>;
}
