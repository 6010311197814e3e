/** The ids of onboarding agents: the row's id behind a prefix, so that they never clash with those of agents on units. */
import { AssertionError } from "node:assert";

export const DISPLAY_PREFIX = "onboarding_";

/** Whether the id is one of an onboarding agent. */
export function isOnboardingId(agentId: string): boolean {
  return agentId.startsWith(DISPLAY_PREFIX);
}

/**
 * The id of the row of an onboarding agent.
 * @throws AssertionError when the id is not one of an onboarding agent
 */
export function getDbIdFromAgentId(agentId: string): string {
  if (!isOnboardingId(agentId)) throw new AssertionError({ message: `Provided id ${agentId} is not an onboarding_id` });
  return agentId.slice(DISPLAY_PREFIX.length);
}
