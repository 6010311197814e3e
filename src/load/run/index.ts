/** The engines that drive a live run with simulated workers. */
export type { FinishedRun, RunProgress } from "./finished-run.js";
export { environment, SLIP_BOUND_MS } from "./finalize-run.js";
export { judgedThresholds } from "./judged-thresholds.js";
export { phasesOf } from "./timeline.js";
export { examineIncompleteRun, type IncompleteRun } from "./incomplete-run.js";
export { MAX_RUN_THREADS, defaultThreads } from "./run-limits.js";
export { runThreads } from "./threads/coordinator.js";
export type { RoleNotice } from "./roles/gateway-setup.js";
export type { ServedRun } from "./threads/threads-engine.js";
export type { RunningRun } from "./threads/wall-clock-engine.js";
export { runNetwork } from "./network/run-network.js";
export { openRouter, openTarget, type OpenedTarget } from "./network/open-target.js";
export { isLoopbackHost, readListenAddress } from "./network/listen-address.js";
export { clientThreads } from "./network/network-threads.js";
export type { LoadGenerators } from "./network/load-generators.js";
export { MachineError, MachineGenerators, type MachineGeneratorsOptions } from "./machines/machine-generators.js";
export type { RecruitedMachine } from "./machines/remote-machine.js";
export type { MachineChannel } from "./machines/machine-channel.js";
export type { ClockOffset, SharedClock } from "./machines/shared-clock.js";
export { runShard, type ShardHost } from "./machines/run-shard.js";
export {
  fromMachineSchema,
  packFromMachine,
  toMachineSchema,
  type FromMachine,
  type ToMachine,
} from "./machines/shard-messages.js";
export { decodeMessage, encodeMessage, MessageError } from "./machines/message-bytes.js";
export { ThreadGenerators } from "./network/thread-generators.js";
export { ThreadDiedError } from "./thread-died-error.js";
export { hasFailed, runInMemory, type RunFailure, type RunRequest, type RunResult } from "./virtual/run-in-memory.js";
export { examineIncompleteSimulation, type IncompleteSimulation } from "./virtual/incomplete-simulation.js";
export { replayVirtual, type ReplayOutcome } from "./virtual/replay-virtual.js";
export { runVirtual } from "./virtual/run-virtual.js";
export { shrinkPlan, type ShrinkBounds, type ShrinkablePlan } from "./virtual/shrink-plan.js";
export { shrinkScenario, type ShrunkScenario } from "./virtual/shrink-scenario.js";
export { agentSequence } from "./virtual/agent-sequence.js";
export { agentStepOf } from "./virtual/agent-step.js";
export { COVERAGE_MARKS, COVERAGE_MARK_NAMES, type CoverageMark } from "./virtual/coverage-marks.js";
export { sweepSeeds } from "./virtual/sweep-seeds.js";
export { createSweepPool } from "./virtual/sweep-pool.js";
export { createTaskPool } from "./task-pool.js";
