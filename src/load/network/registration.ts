/** What both ways over a network, by a router outside and by our own, send and report of a registration. */
import { failureKindOf, type AgentDetails, type ProviderData } from "../../platform/server/protocol/index.js";
import { isOnboardingId } from "../../vocabulary/index.js";
import type { OutsideAgentEvidence } from "../check/index.js";
import type { WorkerRecorder } from "../measure/index.js";
import type { NetworkNotes } from "./network-notes.js";

/** What a worker gets for a registration that failed: no agent, as for a refusal. */
export const FAILED_REGISTRATION = { failure_reason: "the request failed", request_failed: true };

/** The task that workers register for. */
export interface RegistrationTarget {
  /** `provider_type` of the registrations. */
  readonly provider: string;
  /** `assignment_id` of the registrations. */
  readonly assignmentId: string;
}

/** `provider_data` of a registration, as Mephisto's mock provider has it. */
export function providerDataOf(
  { provider, assignmentId }: RegistrationTarget,
  { registrationId, workerName }: { readonly registrationId: string; readonly workerName: string },
): ProviderData {
  return {
    worker_name: workerName,
    agent_registration_id: registrationId,
    assignment_id: assignmentId,
    provider_type: provider,
  };
}

/**
 * Notes what the platform answered to a registration. Returns the agent that it gave, or the reason why it gave none;
 * undefined for a page that was left meanwhile: it does not get the agent, which is the worker's all the same.
 */
export function noteDetails(
  { agent_id, failure_reason }: AgentDetails,
  page: Pick<WorkerRecorder, "count"> & { readonly registrationId: string; readonly workerName: string },
  isHere: boolean,
  notes: NetworkNotes,
  atMs: number,
): OutsideAgentEvidence | string | undefined {
  const registration = notes.registration(page.registrationId, page.workerName);
  if (agent_id === null || failure_reason !== null) {
    const reason = failure_reason ?? "no reason given";
    notes.refused(registration, reason, atMs);
    if (failureKindOf(reason) === "not-qualified") page.count("not_qualified");
    return isHere ? reason : undefined;
  }
  const { agent, isNew } = notes.given(registration, agent_id, isOnboardingId(agent_id), atMs);
  page.count(isNew ? "agents_registered" : "reconnects");
  if (!isHere) {
    agent.goneAtMs ??= atMs;
    return undefined;
  }
  delete agent.goneAtMs;
  return agent;
}
