/** Evidence on a run, and the invariants that are checked on it. */
export {
  noteTaken,
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
export { gatherEvidence, nameOf, outcomesOf, type RawEvidence } from "./gather-evidence.js";
export {
  VIOLATIONS_KEPT,
  checkInvariants,
  countFindings,
  type InvariantId,
  type InvariantReport,
  type InvariantResult,
  type UpdateTally,
  type Violation,
} from "./invariants.js";
