/**
 * The only port of the live run to the outside. The live run reports here what happens in it; it does not know who listens.
 * All methods are called on the thread where it happens, and must return at once.
 */
import type { AgentStatus } from "../../vocabulary/index.js";
import type { TakenUpdate } from "./blueprints/index.js";

export type LiveRunCounter =
  | "agents_registered"
  | "not_qualified"
  | "reconnects"
  | "onboarding_passed"
  | "onboarding_failed"
  | "duplicates_dropped"
  | "mailbox_full"
  | "timeouts"
  | "submit_timeouts"
  | "errors";

export type LiveRunGauge = "agents_live" | "agents_waiting";

export type LiveRunTrend = "status_commit_time" | "disconnect_detection" | "stage_reply";

export interface LiveRunObserver {
  /** Something happened. */
  count(name: LiveRunCounter): void;
  /** The value on this thread from now on. */
  gauge(name: LiveRunGauge, value: number): void;
  /** Where durations of this name are reported: `ms` that ended at `atMs`. */
  trend(name: LiveRunTrend): { record(ms: number, atMs: number): void };
}

/** Observes the task runner of a thread too. */
export interface TaskObserver extends LiveRunObserver {
  /** The task runner has taken this agent over. What it does with the agent is reported to the result. */
  observeAgent(agentId: string): AgentObserver;
}

/** A wait of the task's code for an agent that has disconnected or returned the task. */
export interface ReleasedWait {
  readonly waitedFor: "update" | "submit";
  readonly waitStartedAtMs: number;
  readonly atMs: number;
  /** When the thread last looked for ready coroutines before the turn that ended the wait; absent where there are no turns. */
  readonly previousPollAtMs?: number;
}

/** A wait that ended with an AgentTimeoutError. */
export interface TimedOutWait {
  readonly waitedMs: number;
  readonly timeoutMs: number;
  /** Whether the agent was known to be `timeout` when the wait began: nothing had to be waited for. */
  readonly alreadyTimeout: boolean;
}

export interface AgentObserver {
  /** The task's code got `update`; the agent's state was up to date at `stateAt`. */
  updateTaken(update: TakenUpdate, stateAt: number): void;
  statusAcknowledged(status: AgentStatus): void;
  waitReleased(wait: ReleasedWait): void;
  waitTimedOut(wait: TimedOutWait): void;
  /** The task's code does not touch the agent any more. */
  ended(atMs: number): void;
}
