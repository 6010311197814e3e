/** The messages between the two halves of a live run: client IO with the worker pool, and the task runners. */
import type { AgentStatus } from "../../vocabulary/index.js";
import type { Json } from "../sync/index.js";

/** A reference to an agent: its id, and its slot in shared memory. */
export type AgentRef = {
  /** As `getAgentId()` gives it: onboarding agents have their prefix. */
  readonly agentId: string;
  readonly slot: number;
};

/** To a task runner. */
export type RunnerMessage =
  | { readonly kind: "onboarding"; readonly agent: AgentRef }
  | { readonly kind: "assignment"; readonly assignmentId: string; readonly agents: readonly AgentRef[] }
  /** The worker has submitted before its last live update: there are no more. */
  | { readonly kind: "submitted"; readonly agentId: string }
  /** Every task has to end: release all waiters. */
  | { readonly kind: "shutdown" };

/** To client IO and the worker pool. */
export type PoolMessage =
  /** The task's code sends an update to the worker. */
  | {
      readonly kind: "liveUpdate";
      readonly agentId: string;
      readonly update: { readonly [key: string]: Json | undefined };
    }
  /** The agent's status changed: tell its client. */
  | { readonly kind: "status"; readonly agentId: string; readonly status: AgentStatus }
  /** The task's code does not use the agent any more. */
  | { readonly kind: "done"; readonly agentId: string; readonly status: AgentStatus; readonly releasedAt?: number }
  /** The worker returned the unit on the provider's own site, which notified the platform. */
  | { readonly kind: "returned"; readonly agentId: string }
  /** The task runner of this number is dead. */
  | { readonly kind: "runnerLost"; readonly runner: number };
