/** Evidence on a run, and the invariants that are checked on it. */
export {
  noteTaken,
  nothingSent,
  nothingTaken,
  type AccountingEvidence,
  type ClientEvidence,
  type Holding,
  type LostEvidence,
  type RowEvidence,
  type RunEvidence,
  type TakenUpdates,
  type TaskEvidence,
} from "./evidence.js";
export {
  CUT_OFF,
  isCompletion,
  gatherEvidence,
  agentIdOfAudit,
  outcomeOf,
  outcomesOf,
  withoutPartner,
  type RawEvidence,
  type RunCut,
} from "./gather-evidence.js";
export { liveSpansOf, liveSpansOfClients, peakOf, type LiveSpan } from "./live-units.js";
export { describeBroken, markViolation, type AgentStep, type BrokenInvariant, type Mark } from "./mark-violation.js";
export {
  REPLY_BOUND_MS,
  type NetworkEvidence,
  type OutsideAgentEvidence,
  type OutsideRow,
  type RegistrationEvidence,
} from "./network-evidence.js";
export { NETWORK_INVARIANTS, type NetworkInvariantId } from "./network-invariant-ids.js";
export {
  checkNetworkInvariants,
  type NetworkInvariantReport,
  type Unchecked,
} from "./network-invariants.js";
export {
  VIOLATIONS_KEPT,
  checkInvariants,
  countFindings,
  type FindingRecorder,
  type InvariantId,
  type InvariantReport,
  type InvariantResult,
  type UpdateTally,
  type Violation,
} from "./invariants.js";
