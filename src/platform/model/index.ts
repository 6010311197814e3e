/**
 * The agent model of the original: agents and onboarding agents of both generations, on rows in the database and slots
 * in shared memory. Make a {@link createContext context} in each thread, then get handles from the classes.
 */
export { Agent } from "./agent.js";
export type { LogLevel, ModelContext } from "./context.js";
export { createContext, type ContextOptions } from "./create-context.js";
export { Assignment } from "./entities/assignment.js";
export { Task } from "./entities/task.js";
export { TaskRun } from "./entities/task-run.js";
export { Unit } from "./entities/unit.js";
export { Worker } from "./entities/worker.js";
export {
  AbsentAgentError,
  AgentDisconnectedError,
  AgentReturnedError,
  AgentShutdownError,
  AgentTimeoutError,
  NoSuchRowError,
  NotImplementedError,
  UnknownProviderError,
} from "./agent-errors.js";
export type { AgentHandle } from "./handle.js";
export { uuidSource, type IdSource } from "./ids.js";
export type { LiveAgent } from "./live-agent.js";
export type { LiveRun, LiveUpdate } from "./live-run.js";
export { createAgentCounts, type AgentCounts, type StatusGauge, type WorkerGauge } from "./agent-counts.js";
export { createAgentMetrics, type AgentMetrics } from "./agent-metrics.js";
export { OnboardingAgent } from "./onboarding-agent.js";
export { DISPLAY_PREFIX, getDbIdFromAgentId, isOnboardingId } from "./onboarding-id.js";
export { Packet, type PacketFields } from "./packet/packet.js";
export type { PacketAgent } from "./packet/packet-agent.js";
export { PacketOnboardingAgent } from "./packet/packet-onboarding-agent.js";
export { PacketWorkerAgent } from "./packet/packet-worker-agent.js";
export { createProviderRegistry, type CrowdProvider, type HandleClass, type ProviderRegistry } from "./providers.js";
export {
  SIMULATED_PROVIDER_TYPE,
  SimulatedAgent,
  SimulatedPacketAgent,
  simulatedProvider,
} from "./simulated-provider.js";
export { createSlotDirectory, type SlotDirectory } from "./slots.js";
export { JournalState, type AgentState, type StateOwner } from "./state.js";
export type { UnitAgent } from "./unit-agent.js";
