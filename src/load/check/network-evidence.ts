/**
 * Evidence from outside: what the clients of a task saw that is not of this process, and what its database says. Small
 * enough for 100,000 agents. `network-invariants.ts` says what follows from it. Times are ms on the run's clock.
 */
import type { TakenUpdates } from "./evidence.js";

/** One registration id: a worker, or a worker that starts over. */
export interface RegistrationEvidence {
  readonly registrationId: string;
  /** As the registration named it; the platform's name may have a suffix of the provider. */
  readonly workerName: string;
  /** How often it was asked for: again after each return of the worker. */
  asked: number;
  /** How many of these requests had no valid answer. */
  failed: number;
  /** The agents that it was given, each once, in the order in which they were given. */
  readonly onboardingAgents: string[];
  readonly agents: string[];
  /** Why it was given none, in the platform's words; of the last time. */
  refused?: string;
}

/** One agent, as its client saw it. */
export interface OutsideAgentEvidence {
  readonly agentId: string;
  readonly registrationId: string;
  readonly isOnboarding: boolean;
  /** When its client was first given it. */
  readonly givenAtMs: number;
  /** What its client was told, oldest first; what was told again right away is left out. */
  readonly statuses: { readonly status: string; readonly atMs: number }[];
  /** Live updates that were sent, each once. */
  sent: number;
  /**
   * The updates that were answered, in the order of the answers: by their places in the order in which they were sent.
   */
  readonly replies: TakenUpdates;
  /** Replies to an update that is not known. */
  unmatched: number;
  /** Packets that came twice. */
  duplicates: number;
  submit?: {
    readonly sentAtMs: number;
    answeredAtMs?: number;
    failure?: string;
    /** Whether it failed before any of it was sent, so that the platform cannot have it. */
    isUnsent?: boolean;
  };
  /** When its client was gone for good, or for longer than the platform waits; absent while it is there. */
  goneAtMs?: number;
  /** The last heartbeat that was sent; absent when none was. */
  heartbeatAtMs?: number;
  /**
   * Updates that had no reply when the client left: all, and those that had waited for longer than
   * {@link REPLY_BOUND_MS}.
   */
  unanswered: number;
  overdue: number;
}

/** A task that answers each update has this long to do so, ms. */
export const REPLY_BOUND_MS = 10_000;

/** An agent's row in the platform's database. */
export interface OutsideRow {
  /** As clients know it: onboarding agents with their prefix. */
  readonly agentId: string;
  readonly isOnboarding: boolean;
  readonly workerName: string;
  readonly status: string;
  /** null for an onboarding agent. */
  readonly unitId: string | null;
  /** When its status was first seen to be final, and when the database was last polled before that. */
  readonly finalSeenAtMs?: number;
  readonly notFinalAtMs?: number;
  /** Whether what it submitted is stored; absent where that cannot be told. */
  readonly hasSubmit?: boolean;
}

export interface NetworkEvidence {
  readonly registrations: readonly RegistrationEvidence[];
  readonly agents: readonly OutsideAgentEvidence[];
  /** The rows of the run's workers; absent without a database. */
  readonly rows?: readonly OutsideRow[];
  /** Whether what the client of this worker saw was lost with the machine that carried it; absent when none was. */
  readonly isLost?: (workerName: string) => boolean;
  /** Whether the task answers each update. */
  readonly answersEach: boolean;
  /** From the last heartbeat of a client until the platform knows that it is lost, at most, ms. */
  readonly lossBoundMs: number;
  /** When the run ended. */
  readonly endedAtMs: number;
}
