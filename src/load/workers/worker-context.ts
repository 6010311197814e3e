/** What simulated workers are given by the thread that carries them. */
import type { AgentStatus } from "../../vocabulary/index.js";
import type { OnboardingTest } from "../../platform/live/index.js";
import type { ClientEvidence } from "../check/index.js";
import type { Recorder } from "../measure/index.js";
import type { Reactor } from "../../platform/sync/index.js";
import type { Router } from "./router.js";

export interface WorkerContext {
  readonly reactor: Reactor;
  readonly recorder: Recorder;
  readonly router: Router;
  /** When the run started, ms on the run's clock. */
  readonly originMs: number;
  /** Whether the task takes live updates; without, the worker's actions are its own business until it submits. */
  readonly sendsUpdates: boolean;
  /** What an onboarding of the task asks. */
  readonly onboarding: OnboardingTest;
  /** Whether an assignment has several units: its task begins when all of them have workers. */
  readonly hasPartners: boolean;
  /** The evidence on an agent, made when first asked for. */
  readonly evidenceOf: (agentId: string) => ClientEvidence;
  /** The platform has told a client that its submit, or a status of its agent, is safe. */
  readonly acknowledged: (agentId: string, what: AgentStatus | "submit") => void;
  /** Tells the provider that a worker gave its unit back. */
  readonly returnUnit: (agentId: string) => void;
}
