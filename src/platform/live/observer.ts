/**
 * The only port of the live run to the outside: it reports its events here. All methods are called on the thread of the
 * event, and must return at once.
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

/** Observes what is of one worker. */
export interface WorkerObserver {
  /** Counts one event. */
  count(name: LiveRunCounter): void;
  /** The trend of this name. `record` adds a duration of `ms` that ended at `atMs`, of the agent with this id. */
  trend(name: LiveRunTrend): { record(ms: number, atMs: number, agentId: string): void };
}

/** What it counts itself is of no worker. */
export interface LiveRunObserver extends WorkerObserver {
  /** Sets the value of this thread. */
  gauge(name: LiveRunGauge, value: number): void;
  /** What is of the worker with this name goes to the result. */
  ofWorker(workerName: string): WorkerObserver;
  /** This agent of the worker is handed to a task runner; it has this slot. Called before the runner takes it over. */
  agentHandedOver(workerName: string, slot: number, agentId: string): void;
}

/** Observes the task runner of a thread. */
export interface TaskObserver {
  gauge: LiveRunObserver["gauge"];
  /** The task runner has taken over this agent, which has this slot. Its events go to the result. */
  observeAgent(agentId: string, slot: number): AgentObserver;
}

/** A wait of the task's code for an agent that has disconnected or returned the task. */
export interface ReleasedWait {
  readonly waitedFor: "update" | "submit";
  readonly waitStartedAtMs: number;
  readonly atMs: number;
  /** When the thread last polled for ready coroutines before the turn that ended the wait; absent without turns. */
  readonly previousPollAtMs?: number;
}

/** A wait that ended with an AgentTimeoutError. */
export interface TimedOutWait {
  readonly waitedMs: number;
  readonly timeoutMs: number;
  /** Whether the agent was known to be `timeout` when the wait began, so that it ended at once. */
  readonly alreadyTimeout: boolean;
}

export interface AgentObserver extends WorkerObserver {
  /** The task's code got `update`; the agent's state was up to date at `stateAt`. */
  updateTaken(update: TakenUpdate, stateAt: number): void;
  statusAcknowledged(status: AgentStatus): void;
  waitReleased(wait: ReleasedWait): void;
  waitTimedOut(wait: TimedOutWait): void;
  /** The task's code does not use the agent any more. */
  ended(atMs: number): void;
}
