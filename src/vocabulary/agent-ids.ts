/** The ids of onboarding agents. The row's id has a prefix, so that it differs from the ids of agents on units. */

export const ONBOARDING_PREFIX = "onboarding_";

/** Whether the id is that of an onboarding agent. */
export function isOnboardingId(agentId: string): boolean {
  return agentId.startsWith(ONBOARDING_PREFIX);
}

/** The result of `getAgentId()` for the agent of this type with this row id. */
export function agentIdOf(agentType: "main" | "onboarding", dbId: string): string {
  return agentType === "onboarding" ? `${ONBOARDING_PREFIX}${dbId}` : dbId;
}
