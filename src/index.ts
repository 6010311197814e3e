/**
 * crowdstorm as a library: the agent model of a live crowd platform on real shared-memory events, and the load that it is
 * tested under. Programs for the explorer are written with `crowdstorm/explore`.
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
  waitForChange,
  waitForChangeAsync,
  block,
  Event,
  failed,
  MailboxFullError,
  openMailbox,
  PayloadTooLargeError,
  ready,
  spawn,
  suspend,
  suspendOn,
  systemClock,
  wait,
} from "./sync/index.js";
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
} from "./sync/index.js";

// The database.
export {
  AGENT_STATUSES,
  connectDatabase,
  DatabaseError,
  DatabaseFullError,
  DatabaseInUseError,
  DatabaseVersionError,
  FINAL_STATUSES,
  ForeignDatabaseError,
  isFinal,
  openDatabase,
  startWriter,
  UNIT_STATUSES,
} from "./db/index.js";
export type {
  AgentAudit,
  AgentRow,
  AgentStatus,
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
  UnitStatus,
  WorkerRow,
  WriteArgs,
  WriteName,
  WriteResult,
  WriterHandle,
  Writes,
  WriterStats,
} from "./db/index.js";

// The model.
export {
  AbsentAgentError,
  Agent,
  AgentDisconnectedError,
  AgentReturnedError,
  AgentShutdownError,
  AgentTimeoutError,
  Assignment,
  createAgentMetrics,
  createContext,
  createProviderRegistry,
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
  simulatedProvider,
  Task,
  TaskRun,
  Unit,
  UnknownProviderError,
  uuidSource,
  Worker,
} from "./model/index.js";
export type {
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
  WorkerGauge,
} from "./model/index.js";

// Scenarios, and runs of them.
export {
  buildPlan,
  defineScenario,
  loadScenario,
  openScenario,
  parseScenario,
  planHash,
  ScenarioError,
  shippedScenarios,
} from "./scenario/index.js";
export type {
  Behaviour,
  DisconnectPlan,
  DropAgain,
  LoadedScenario,
  OnboardingPlan,
  Plan,
  PlannedAction,
  PlannedFault,
  PlanOptions,
  ReconnectPlan,
  Scenario,
  ScenarioInput,
  TaskEnd,
  TaskPlan,
  WorkerPlan,
} from "./scenario/index.js";
export { runScenario, type RunScenarioOptions } from "./run-scenario.js";
export { ThreadDiedError, type FinishedRun, type RunProgress } from "./engine/index.js";
export type {
  CounterName,
  Distribution,
  GaugeName,
  Interval,
  Measurements,
  RateName,
  TrendName,
} from "./measure/index.js";
export { readSummary, renderSummary, ResultsError, type RenderOptions, type Summary } from "./report/index.js";
