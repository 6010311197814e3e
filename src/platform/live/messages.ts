/** What the two halves of a live run, client IO with the worker pool and the task runners, say to each other. */
import type { AgentStatus } from "../../vocabulary/index.js";
import type { Json } from "../sync/index.js";

/** Where to find an agent: by its id in the database, and by its slot in shared memory. */
export type AgentRef = {
  /** As `getAgentId()` gives it: onboarding agents have their prefix. */
  readonly agentId: string;
  readonly slot: number;
};

/** To a task runner. */
export type RunnerMessage =
  | { readonly kind: "onboarding"; readonly agent: AgentRef }
  | { readonly kind: "assignment"; readonly assignmentId: string; readonly agents: readonly AgentRef[] }
  /** Every task is to end: release all waiters. */
  | { readonly kind: "shutdown" };

/** To client IO and the worker pool. */
export type PoolMessage =
  /** The task's code says something to the worker. */
  | {
      readonly kind: "liveUpdate";
      readonly agentId: string;
      readonly update: { readonly [key: string]: Json | undefined };
    }
  /** The agent's status changed; its client is to know. */
  | { readonly kind: "status"; readonly agentId: string; readonly status: AgentStatus }
  /** The task's code is done with the agent and touches it no more. */
  | { readonly kind: "done"; readonly agentId: string; readonly status: AgentStatus; readonly releasedAt?: number }
  /** The worker gave the unit back on the provider's own site, which tells the platform. */
  | { readonly kind: "returned"; readonly agentId: string }
  /** The task runner of this number is dead: nobody runs its agents any more. */
  | { readonly kind: "runnerLost"; readonly runner: number };
