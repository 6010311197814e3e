/** What the clients of one thread note about a task that is not of this process: the evidence, and what failed. */
import { getOrCreate } from "../../vocabulary/index.js";
import { failureKindOf } from "../../platform/server/protocol/index.js";
import { nothingTaken, type OutsideAgentEvidence, type RegistrationEvidence } from "../check/index.js";
import { excerptOf } from "./target-error.js";

/** Requests, sockets and packets that failed in the same way. */
export interface NetworkFailure {
  /** What was expected and what came, one line. */
  readonly what: string;
  readonly firstAtMs: number;
  count: number;
}

/** What a thread hands over at the end of a run. */
export interface NetworkNotesReport {
  readonly registrations: readonly RegistrationEvidence[];
  readonly agents: readonly OutsideAgentEvidence[];
  readonly failures: readonly NetworkFailure[];
}

/** So many different failures are kept; further ones are added up as one. */
const FAILURES_KEPT = 20;
const OTHERS = "other failures";

export class NetworkNotes {
  readonly #registrations = new Map<string, RegistrationEvidence>();
  readonly #agents = new Map<string, OutsideAgentEvidence>();
  readonly #failures = new Map<string, NetworkFailure>();

  registration(registrationId: string, workerName: string): RegistrationEvidence {
    const nothing = { registrationId, workerName, asked: 0, failed: 0 };
    return getOrCreate(this.#registrations, registrationId, () => ({ ...nothing, onboardingAgents: [], agents: [] }));
  }

  /**
   * The registration was given the agent. Returns what is noted of it, and whether it is new to all registrations of
   * the thread.
   */
  given(
    registration: RegistrationEvidence,
    agentId: string,
    isOnboarding: boolean,
    atMs: number,
  ): { readonly agent: OutsideAgentEvidence; readonly isNew: boolean } {
    const list = isOnboarding ? registration.onboardingAgents : registration.agents;
    if (!list.includes(agentId)) list.push(agentId);
    let agent = this.#agents.get(agentId);
    const isNew = agent === undefined;
    agent ??= {
      agentId,
      registrationId: registration.registrationId,
      isOnboarding,
      givenAtMs: atMs,
      statuses: [],
      sent: 0,
      replies: nothingTaken(),
      unmatched: 0,
      duplicates: 0,
      unanswered: 0,
      overdue: 0,
    };
    this.#agents.set(agentId, agent);
    return { agent, isNew };
  }

  agent(agentId: string): OutsideAgentEvidence | undefined {
    return this.#agents.get(agentId);
  }

  noteStatus(agent: OutsideAgentEvidence, status: string, atMs: number): void {
    if (agent.statuses.at(-1)?.status !== status) agent.statuses.push({ status, atMs });
  }

  /**
   * The registration was given no agent. That a worker is not qualified is an answer like another; the rest is worth a
   * look.
   */
  refused(registration: RegistrationEvidence, reason: string, atMs: number): void {
    registration.refused = reason;
    if (failureKindOf(reason) !== "not-qualified")
      this.failed(`registration: given no agent: ${excerptOf(reason)}`, atMs);
  }

  failed(what: string, atMs: number): void {
    const key = this.#failures.has(what) || this.#failures.size < FAILURES_KEPT ? what : OTHERS;
    const failure = this.#failures.get(key);
    if (failure === undefined) this.#failures.set(key, { what: key, firstAtMs: atMs, count: 1 });
    else failure.count++;
  }

  report(): NetworkNotesReport {
    return {
      registrations: [...this.#registrations.values()],
      agents: [...this.#agents.values()],
      failures: [...this.#failures.values()],
    };
  }
}
