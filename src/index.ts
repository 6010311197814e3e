/**
 * crowdstorm as a library: the agent model of a live crowd platform on real shared-memory events, and the load that it
 * is tested under. Programs for the explorer are written with `crowdstorm/explore`.
 *
 * - {@link Arena}, {@link Event}, {@link Mailbox}, {@link Steps}: threads that wait for each other;
 * - {@link openDatabase}, {@link startWriter}, {@link connectDatabase}: the rows that everything is recorded in;
 * - {@link createContext}, {@link Agent}, {@link OnboardingAgent}: the model on both;
 * - {@link runScenario}, {@link defineScenario}: simulated workers against it.
 *
 * @module
 */

// Threads that wait for each other.
export {
  Arena,
  ArenaFullError,
  Event,
  MailboxFullError,
  PayloadTooLargeError,
  block,
  failed,
  openMailbox,
  ready,
  spawn,
  suspend,
  suspendOn,
  systemClock,
  wait,
  waitForChange,
  waitForChangeAsync,
} from "./platform/sync/index.js";
export type {
  Absence,
  ArenaOptions,
  ArenaSizes,
  Clock,
  Driver,
  EventName,
  Json,
  Mailbox,
  MailboxKind,
  Message,
  Reactor,
  Signal,
  Slot,
  Steps,
  Timeout,
  TimeoutRow,
  Timer,
  TimerQueue,
  Wait,
  Waiter,
} from "./platform/sync/index.js";

// The database.
export { AGENT_STATUSES, FINAL_STATUSES, UNIT_STATUSES, isFinal } from "./vocabulary/index.js";
export {
  DatabaseError,
  DatabaseFullError,
  DatabaseInUseError,
  DatabaseVersionError,
  ForeignDatabaseError,
  connectDatabase,
  openDatabase,
  startWriter,
} from "./platform/db/index.js";
export type {
  AgentAudit,
  AgentRow,
  AgentType,
  AssignmentRow,
  ConnectedDatabase,
  Database,
  DatabaseConnection,
  DatabaseOptions,
  Doorbell,
  GrantedQualificationRow,
  LocalDatabase,
  OnboardingAgentRow,
  OpenOptions,
  QualificationRow,
  Reads,
  StateKind,
  StateRow,
  StatusChangeRow,
  TaskRow,
  TaskRunRow,
  UnitRow,
  WorkerRow,
  WriteArgs,
  WriteName,
  WriteResult,
  WriterHandle,
  WriterStats,
  Writes,
} from "./platform/db/index.js";
export type { AgentStatus, ThreadTimes, UnitStatus } from "./vocabulary/index.js";

// The model.
export {
  AbsentAgentError,
  Agent,
  AgentDisconnectedError,
  AgentReturnedError,
  AgentShutdownError,
  AgentTimeoutError,
  Assignment,
  JournalState,
  NoSuchRowError,
  NotImplementedError,
  OnboardingAgent,
  Packet,
  PacketOnboardingAgent,
  PacketWorkerAgent,
  SIMULATED_PROVIDER_TYPE,
  SimulatedAgent,
  SimulatedPacketAgent,
  Task,
  TaskRun,
  Unit,
  UnknownProviderError,
  Worker,
  createAgentCounts,
  createAgentMetrics,
  createContext,
  createProviderRegistry,
  simulatedProvider,
  uuidSource,
} from "./platform/model/index.js";
export type {
  AgentCounts,
  AgentHandle,
  AgentMetrics,
  AgentState,
  ContextOptions,
  CrowdProvider,
  HandleClass,
  IdSource,
  LiveAgent,
  LiveRun,
  LiveUpdate,
  LogLevel,
  ModelContext,
  PacketAgent,
  PacketFields,
  ProviderRegistry,
  SlotDirectory,
  StateOwner,
  StatusGauge,
  UnitAgent,
  WorkerGauge,
} from "./platform/model/index.js";

// Scenarios, and runs of them.
export {
  ScenarioError,
  buildPlan,
  defineScenario,
  loadScenario,
  openScenario,
  parseScenario,
  planHash,
  shippedScenarios,
} from "./load/scenario/index.js";
export type {
  Behaviour,
  DisconnectPlan,
  RepeatedDrop,
  LoadedScenario,
  OnboardingPlan,
  Plan,
  PlanOptions,
  PlannedAction,
  PlannedFault,
  ReconnectPlan,
  Scenario,
  ScenarioInput,
  TaskEnd,
  TaskPlan,
  WorkerPlan,
} from "./load/scenario/index.js";
export { DialectError, TargetAddressError, TargetError, defineDialect } from "./load/network/index.js";
export type {
  Dialect,
  DialectData,
  PendingUpdate,
  PlannedUpdate,
  ReplyContext,
  ReplyTo,
} from "./load/network/index.js";
export { runScenario } from "./run-scenario.js";
export type { RunScenarioOptions } from "./run-scenario-options.js";
export { ThreadDiedError, type FinishedRun, type RunProgress } from "./load/run/index.js";
export type {
  CounterName,
  Distribution,
  GaugeName,
  Interval,
  Measurements,
  RateName,
  Span,
  TagSelector,
  TagSet,
  TrendName,
} from "./load/measure/index.js";
export { ResultsError, readSummary, type Summary } from "./results/index.js";
export { renderSummary, type Division, type RenderOptions } from "./report/index.js";
