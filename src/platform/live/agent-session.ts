/** A live agent as client IO and the worker pool see it. */
import type { LiveAgent, Worker } from "../model/index.js";
import type { Channel } from "./channel.js";
import type { WorkerObserver } from "./observer.js";
import type { RecentIds } from "./recent-ids.js";

export interface AgentSession {
  readonly agent: LiveAgent;
  readonly worker: Worker;
  /** The id under which the client registered, and registers again after a lost connection. */
  readonly registrationId: string;
  /** The channel of its client; changes when the client reconnects on another one. */
  channel: Channel;
  /** Observes what is of its worker. */
  readonly observer: WorkerObserver;
  /** The ids of the live updates that were accepted last, to recognize copies. */
  readonly seen: RecentIds;
  /**
   * The first live update that was refused (`number`), and the last (`upTo`). No other is accepted before the first.
   */
  refused: { readonly number: number; readonly upTo: number } | undefined;
  /** A submit is being written, or is written. */
  submitting: boolean;
  /** A submit is written. */
  submitted: boolean;
  /** The last live update was accepted, or the task's code knows that there are no more. */
  livePartOver: boolean;
  /** The status `disconnect` or `returned` is being written. */
  isEndingAbsent: boolean;
  /** When the pool had committed a status that releases the agent's waiter, ms. */
  absentAt: number | undefined;
  /** The number of the task runner that runs the agent; undefined while the pool has to end it. */
  runner: number | undefined;
  /** Coroutines of the pool that use the agent now. */
  operations: number;
  /** The agent has ended, and no runner uses it. */
  hasEnded: boolean;
}

/**
 * A worker who has not been answered yet: its registration, or its assignment to a unit after the onboarding, is in
 * progress.
 */
export interface PendingAgent {
  readonly registrationId: string;
  /** The channel for the answer; changes when the client asks again on another one. */
  channel: Channel;
  /** Observes what is of the worker. */
  readonly observer: WorkerObserver;
}
