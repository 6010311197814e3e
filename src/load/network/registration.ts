/** What both ways over a network, by a router outside and by our own, send and report of a registration. */
import type { ProviderData } from "../../platform/server/protocol/index.js";

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
