/** The live run: client IO, the worker pool and the task runners. They run the agents of the model. */
export {
  blueprintOf,
  type Blueprint,
  type BlueprintType,
  type OnboardingTest,
  type TakenUpdate,
  type TaskContext,
} from "./blueprints/index.js";
export type { Channel, ChannelHandlers } from "./channel.js";
export { ClientIO, type ClientRequests } from "./client-io.js";
export { createTaskGroup, type TaskGroup } from "./task-group.js";
export { RecentIds } from "./recent-ids.js";
export { createOutbox, outboxTo, receive, type Outbox } from "./inbox.js";
export type { AgentRef, PoolMessage, RunnerMessage } from "./messages.js";
export {
  PACKET_TYPES,
  isChannelPacket,
  isLiveUpdate,
  type ChannelPacket,
  type LiveUpdateData,
  type PacketType,
} from "./packets.js";
export type {
  AgentObserver,
  LiveRunObserver,
  ReleasedWait,
  TaskObserver,
  TimedOutWait,
  WorkerObserver,
} from "./observer.js";
export { REFUSALS } from "./refusals.js";
export { openSharedChannel } from "./shared-channel.js";
export { ONBOARDING_QUALIFICATION, type Requirement } from "./qualifications.js";
export { TaskRunner, type TaskRunnerOptions } from "./task-runner.js";
export type { PoolEvidence } from "./pool-evidence.js";
export { WorkerPool, type WorkerPoolOptions } from "./worker-pool.js";
