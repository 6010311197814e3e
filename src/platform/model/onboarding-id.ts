/** The ids of onboarding agents: a prefix and the row's id, so that they differ from the ids of agents on units. */
import { AssertionError } from "node:assert";
import { isOnboardingId, ONBOARDING_PREFIX } from "../../vocabulary/index.js";

export { isOnboardingId, ONBOARDING_PREFIX as DISPLAY_PREFIX };

/**
 * The id of the row of an onboarding agent.
 * @throws AssertionError when `agentId` is not the id of an onboarding agent
 */
export function getDbIdFromAgentId(agentId: string): string {
  if (!isOnboardingId(agentId)) throw new AssertionError({ message: `Provided id ${agentId} is not an onboarding_id` });
  return agentId.slice(ONBOARDING_PREFIX.length);
}
