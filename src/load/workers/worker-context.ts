/** What a thread gives the simulated workers that it carries, and what each of them works with. */
import type { AgentStatus } from "../../vocabulary/index.js";
import type { ChannelPacket, OnboardingTest } from "../../platform/live/index.js";
import type { ClientEvidence } from "../check/index.js";
import type { Recorder, WorkerRecorder } from "../measure/index.js";
import type { Reactor } from "../../platform/sync/index.js";
import type { WorkerRouter } from "./worker-router.js";

export interface WorkerContext extends Omit<ClientThreadContext, "recorder"> {
  /** Where to record what is of the worker. */
  readonly recorder: WorkerRecorder;
}

export interface ClientThreadContext {
  readonly reactor: Reactor;
  readonly recorder: Recorder;
  readonly router: WorkerRouter;
  /** When the run started, ms on the run's clock. */
  readonly originMs: number;
  /** Whether the task takes live updates. If not, the worker only submits. */
  readonly sendsUpdates: boolean;
  /** The right and the wrong answer of the onboarding. */
  readonly onboarding: Pick<OnboardingTest, "rightAnswer" | "wrongAnswer">;
  /** What a worker submits for its unit. */
  readonly taskAnswer: ChannelPacket["data"];
  /** Names of workers and registrations begin with it: of the run, where several runs share a platform. */
  readonly prefix: string;
  /**
   * Whether a worker waits until its agent is `in task`: for its partners, or because the platform is behind a network.
   */
  readonly waitsForTask: boolean;
  /**
   * Whether a worker goes home once its submit is answered, and when it returns its unit. If not, it waits until it
   * receives how its agent ended; a router may never send that.
   */
  readonly leavesWhenDone: boolean;
  /** The evidence on an agent, made when first asked for. */
  readonly evidenceOf: (agentId: string) => ClientEvidence;
  /** The platform has acknowledged a submit, or a status of an agent. */
  readonly acknowledged: (agentId: string, what: AgentStatus | "submit") => void;
  /** The platform has given a unit to a worker that was to fail the onboarding: it has no plan, and leaves. */
  readonly onUnplannedUnit: () => void;
  /** Reports to the provider that a worker returned its unit. */
  readonly returnUnit: (agentId: string) => void;
}
