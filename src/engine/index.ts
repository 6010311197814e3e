/** The engines that drive a live run with simulated workers. */
export type { FinishedRun, RunProgress } from "./finished-run.js";
export { phasesOf } from "./chronicle.js";
export { examineCutOff, type CutOffRun } from "./cut-off.js";
export { differingOptions, newRunId, reproduceCommand } from "./run-command.js";
export { MOST_THREADS, usualThreads } from "./limits.js";
export { runThreads, type RunningRun, type ThreadsRun } from "./threads/coordinator.js";
export { ThreadDiedError } from "./pool.js";
export {
  describeEnd,
  OrderDivergence,
  OrderError,
  replayOrder,
  UnknownAgentError,
  type EarlyTimeout,
  type LifeLine,
  type OrderReplay,
} from "./order/index.js";
export {
  FAULT_KINDS,
  FAULTS,
  refuseThreadFaults,
  type FaultKind,
  type FaultRates,
  type Faults,
} from "./virtual/faults.js";
export { runInMemory, type RunFailure, type RunRequest, type RunResult } from "./virtual/in-memory.js";
export { examineCutOffSimulation, type CutOffSimulation } from "./virtual/cut-off.js";
export { replayVirtual, type ReplayOutcome } from "./virtual/replay.js";
export { runVirtual, type VirtualRunOptions } from "./virtual/run-virtual.js";
export { shrink, type ShrinkBounds, type Shrinkable, type Shrunk } from "./virtual/shrink.js";
export { shrinkScenario, type ShrinkRequest, type ShrunkScenario } from "./virtual/shrink-scenario.js";
export { agentSequence, type AgentSequenceOptions } from "./virtual/agent-sequence.js";
export { CONDITIONS, SOMETIMES, type Condition } from "./virtual/sometimes.js";
export { sweep, type SweepOptions } from "./virtual/sweep.js";
