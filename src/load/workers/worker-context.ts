/** What a thread gives the simulated workers that it carries. */
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
  /** Whether the task takes live updates. If not, the worker only submits. */
  readonly sendsUpdates: boolean;
  /** The right and the wrong answer of the onboarding. */
  readonly onboarding: OnboardingTest;
  /** Whether an assignment has several units: its task begins when all of them have workers. */
  readonly hasPartners: boolean;
  /** The evidence on an agent, made when first asked for. */
  readonly evidenceOf: (agentId: string) => ClientEvidence;
  /** The platform has acknowledged a submit, or a status of an agent. */
  readonly acknowledged: (agentId: string, what: AgentStatus | "submit") => void;
  /** Reports to the provider that a worker returned its unit. */
  readonly returnUnit: (agentId: string) => void;
}
