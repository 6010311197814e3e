/** A live agent as client IO and the worker pool see it. */
import type { LiveAgent, Worker } from "../model/index.js";
import type { Channel } from "./channel.js";
import type { RecentIds } from "./recent-ids.js";

export interface AgentSession {
  readonly agent: LiveAgent;
  readonly worker: Worker;
  /** The name under which the client registered, by which it finds back after a lost connection. */
  readonly registrationId: string;
  /** Where its client is reached; changes when it reconnects elsewhere. */
  channel: Channel;
  /** The ids of the live updates that were accepted last, so that one that is sent again is known. */
  readonly seen: RecentIds;
  /** The live update that found the mailbox full; nothing else is accepted before it. And the last of those refused with it. */
  refused: { readonly number: number; readonly upTo: number } | undefined;
  /** A submit has been taken in, or is being written. */
  submitting: boolean;
  /** A status that says that the worker is gone is being written. */
  isEndingAbsent: boolean;
  /** When a status that frees the agent's waiter was committed from here, ms. */
  absentAt: number | undefined;
  /** The task runner that has the agent in hand, by its number; undefined while it is the pool's to end. */
  runner: number | undefined;
  /** Coroutines of the pool that use the agent now. */
  operations: number;
  /** The agent is over, and no runner uses it any more. */
  hasEnded: boolean;
}

/** A worker whose registration, or whose way from the onboarding to a unit, is under way. */
export interface PendingAgent {
  readonly registrationId: string;
  /** Where the answer goes; changes when the client asks again from elsewhere. */
  channel: Channel;
}
