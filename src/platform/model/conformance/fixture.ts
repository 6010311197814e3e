/**
 * The fixture of one recorded sequence: one worker, one task run, one unit, one agent, one thread. It performs
 * operations on the agent and observes the state that the vectors record.
 */
import type { AgentStatus } from "../../../vocabulary/index.js";
import { type Database, openDatabase } from "../../db/index.js";
import { type Arena, type Json, type MailboxKind, type Steps, wait } from "../../sync/index.js";
import {
  Agent,
  createContext,
  JournalState,
  OnboardingAgent,
  PacketOnboardingAgent,
  PacketWorkerAgent,
  SIMULATED_PROVIDER_TYPE,
  TaskRun,
  Unit,
  Worker,
  type AgentHandle,
  type ModelContext,
  type UnitAgent,
} from "../index.js";
import type { ConformanceStep, Variant } from "./vector-format.js";
import { liveSubject } from "./live-subject.js";
import { packetSubject } from "./packet-subject.js";
import type { Observation, Subject } from "./subject.js";

export interface ConformanceFixture {
  readonly agentId: string;
  /**
   * Performs one operation. Returns its result in the form that the vectors have.
   * @throws what the agent throws, or UnknownOperationError when this variant's agent has no such operation
   */
  performSteps(step: ConformanceStep): Steps<Json>;
  observe(): Observation;
  /** Frees the slot and closes the database. The fixture must not be used afterwards. */
  close(): void;
}

/** The operation is one of the format's, but not one of this variant's agent. */
export class UnknownOperationError extends Error {
  override readonly name = "UnknownOperationError";
  constructor(op: string, variant: Variant) {
    super(`an agent of ${variant} has no operation "${op}"`);
  }
}

/**
 * Creates a fixture with its agent. The caller closes it.
 * @param arena has a free slot, which {@link ConformanceFixture.close} frees again
 */
export function* createFixtureSteps(variant: Variant, arena: Arena, mailbox: MailboxKind): Steps<ConformanceFixture> {
  const db = openDatabase(":memory:", { create: true });
  let unitCleared = 0;
  const watchedDb: Database = {
    ...db,
    write(name, ...args) {
      if (name === "clearUnitAgent") unitCleared++;
      return db.write(name, ...args);
    },
  };
  /** The state of the fixture's handle: `newFromProviderData` makes only one. */
  let state: JournalState | undefined;
  const context: ModelContext = createContext({
    db: watchedDb,
    arena,
    mailbox,
    createState: (owner) => (state = new JournalState(db, context.clock, owner)),
  });
  const subject = yield* createSubjectSteps(variant, context);
  const { agent } = subject;

  return {
    agentId: agent.getAgentId(),
    *performSteps(step) {
      let result = yield* performCommonSteps(step, agent, context);
      if (result === undefined) result = yield* subject.performSteps(step);
      if (result === undefined) throw new UnknownOperationError(step.op, variant);
      return result;
    },
    observe: () => ({
      dbStatus: agent.dbStatus,
      rowStatus: readRowStatus(db, agent),
      didSubmit: agent.didSubmit.isSet(),
      stateUpdates: state?.updates ?? null,
      stateSubmits: state?.submits ?? null,
      pending: agent.mailbox.size,
      ...(agent.agentType === "main" && { unitCleared }),
      ...subject.observe(),
    }),
    close: () => {
      arena.free(context.slots.slotOf(agent.getAgentId()));
      db.close();
    },
  };
}

function* createSubjectSteps(variant: Variant, context: ModelContext): Steps<Subject> {
  const { db, metrics } = context;
  const { taskId } = yield* wait(db.write("newTask", { taskName: "t1", taskType: "recorded" }));
  const run = yield* wait(db.write("newTaskRun", { taskId, providerType: SIMULATED_PROVIDER_TYPE, runDir: "r1" }));
  const { assignmentId } = yield* wait(db.write("newAssignment", { taskRunId: run.taskRunId }));
  const { unitId } = yield* wait(db.write("newUnit", { assignmentId, unitIndex: 0, status: "launched" }));
  const workerRow = yield* wait(
    db.write("findOrCreateWorker", { workerName: "w1", providerType: SIMULATED_PROVIDER_TYPE }),
  );
  const worker = Worker.get(db, workerRow.workerId, workerRow);
  const taskRun = TaskRun.get(db, run.taskRunId, run);
  const unit = Unit.get(db, unitId);
  switch (variant) {
    case "onboarding-v0":
      return packetSubject(yield* PacketOnboardingAgent.newSteps(context, worker, taskRun));
    case "onboarding-v1":
      return liveSubject(yield* OnboardingAgent.newSteps(context, worker, taskRun), metrics);
    case "agent-v0":
      return packetSubject(yield* PacketWorkerAgent.newFromProviderDataSteps(context, worker, unit, {}));
    case "agent-v1":
      return liveSubject(yield* Agent.newFromProviderDataSteps(context, worker, unit, {}), metrics);
  }
}

/** The operations of both generations. Returns undefined for any other operation. */
function* performCommonSteps(
  step: ConformanceStep,
  agent: AgentHandle,
  { db, clock }: ModelContext,
): Steps<Json | undefined> {
  switch (step.op) {
    case "getStatus":
      return agent.getStatus();
    case "updateStatus":
      yield* agent.updateStatusSteps(step.args.status);
      return null;
    case "dbSetStatus": {
      const write = agent.agentType === "main" ? "updateAgent" : "updateOnboardingAgent";
      yield* wait(db.write(write, agent.dbId, { status: step.args.status, at: clock.now() }));
      return null;
    }
    case "markDone":
    case "approveWork":
    case "softRejectWork":
    case "rejectWork": {
      // Only agents on units have all of these.
      const { [`${step.op}Steps` as const]: method } = agent as Partial<UnitAgent>;
      if (method === undefined) return undefined;
      yield* method.call(agent, "");
      return null;
    }
    default:
      return undefined;
  }
}

function readRowStatus(db: Database, { agentType, dbId }: AgentHandle): AgentStatus | null {
  const row = agentType === "main" ? db.getAgent(dbId) : db.getOnboardingAgent(dbId);
  return row?.status ?? null;
}
