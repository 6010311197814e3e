/** What a gateway knows of its agents and registrations. */
import { isFinal, type AgentStatus } from "../../../vocabulary/index.js";
import type { JsonObject } from "../protocol/index.js";
import type { LiveUpdates } from "./live-updates.js";

/** An agent of the platform that a browser has. */
export interface WebAgent {
  readonly agentId: string;
  readonly registrationId: string;
  readonly workerId: string | null;
  /** The platform's last status. */
  status: AgentStatus;
  readonly updates: LiveUpdates;
  /** The last live updates in both directions, for a page that was reloaded. */
  readonly past: JsonObject[];
  /** Those who wait for the answer to a submit. */
  readonly submits: ((outcome: SubmitOutcome) => void)[];
}

/** The result of a submit: it is committed, the agent had ended otherwise, or the platform has not answered. */
export type SubmitOutcome = { readonly kind: "committed" } | { readonly kind: "ended"; readonly status: AgentStatus };

export class WebAgents {
  readonly #agents = new Map<string, WebAgent>();
  /** The requests that the next details of a registration answer. */
  readonly #requests = new Map<string, string[]>();
  readonly #registrations = new Set<string>();

  get(agentId: string): WebAgent | undefined {
    return this.#agents.get(agentId);
  }

  all(): Iterable<WebAgent> {
    return this.#agents.values();
  }

  add(agent: WebAgent): void {
    this.#agents.set(agent.agentId, agent);
  }

  /** How many have not ended. */
  get live(): number {
    let live = 0;
    for (const agent of this.#agents.values()) if (isLive(agent)) live++;
    return live;
  }

  /** How many different registrations there were. */
  get registrations(): number {
    return this.#registrations.size;
  }

  isRegistered(registrationId: string): boolean {
    return this.#registrations.has(registrationId);
  }

  /** A request waits for the details of a registration. */
  await(registrationId: string, requestId: string): void {
    this.#registrations.add(registrationId);
    const waiting = this.#requests.get(registrationId);
    if (waiting === undefined) this.#requests.set(registrationId, [requestId]);
    else waiting.push(requestId);
  }

  /** The requests that wait for the details of a registration. None does afterwards. */
  takeRequests(registrationId: string): readonly string[] {
    const requests = this.#requests.get(registrationId) ?? [];
    this.#requests.delete(registrationId);
    return requests;
  }
}

/** Whether the agent's work goes on. One that was approved as an onboarding is followed by another. */
export function isLive({ status }: WebAgent): boolean {
  return !isFinal(status);
}
