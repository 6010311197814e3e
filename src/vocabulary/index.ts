/** What all parts of the program share: words, ids, numbers, and checks. Imports nothing of the project. */
export { agentIdOf, isOnboardingId, ONBOARDING_PREFIX } from "./agent-ids.js";
export { assert, AssertionError, at } from "./assert.js";
export { DURATION_PATTERN, parseDuration, TIME_UNITS, usPerUnit } from "./parse-duration.js";
export { whySystemFailed } from "./errno.js";
export { EXIT } from "./exit-codes.js";
export { THREAD_FAULT_KINDS, type ThreadFaultKind } from "./fault-kinds.js";
export {
  AGENT_STATUSES,
  FINAL_STATUSES,
  isFinal,
  UNIT_STATUSES,
  type AgentStatus,
  type UnitStatus,
} from "./statuses.js";
