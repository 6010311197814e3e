/**
 * The world a recorded sequence runs in: one worker, one task run, one unit, one agent, one thread. It performs operations on the
 * agent and reads off the state that the vectors record.
 */
import type { AgentStatus } from "../../../vocabulary/index.js";
import { type Database, openDatabase } from "../../db/index.js";
import { type Arena, type Json, type MailboxKind, type Steps, wait } from "../../sync/index.js";
import { Agent } from "../index.js";
import type { ModelContext } from "../index.js";
import { createContext } from "../index.js";
import { TaskRun } from "../index.js";
import { Unit } from "../index.js";
import { Worker } from "../index.js";
import type { AgentHandle } from "../index.js";
import { OnboardingAgent } from "../index.js";
import { PacketOnboardingAgent } from "../index.js";
import { PacketWorkerAgent } from "../index.js";
import { SIMULATED_PROVIDER_TYPE } from "../index.js";
import { JournalState } from "../index.js";
import type { ConformanceStep, Variant } from "./vector-format.js";
import { liveSubject } from "./live-subject.js";
import { packetSubject } from "./packet-subject.js";
import type { Observation, Subject } from "./subject.js";

export interface ConformanceFixture {
  readonly agentId: string;
  /**
   * Performs one operation; ends with its result as the vectors write it.
   * @throws what the agent throws, or UnknownOperationError when this variant's agent has no such operation
   */
  performSteps(step: ConformanceStep): Steps<Json>;
  observe(): Observation;
  /** Ends the world: nothing may be asked of it any more. */
  close(): void;
}

/** The operation is one of the format's, but not one of this variant's agent. */
export class UnknownOperationError extends Error {
  override readonly name = "UnknownOperationError";
  constructor(op: string, variant: Variant) {
    super(`an agent of ${variant} has no operation "${op}"`);
  }
}

/** A new world, with its agent created. Close it. @param arena has a slot to spare for it, which {@link ConformanceFixture.close} gives back */
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
  /** Of the handle that is in the world; `newFromProviderData` hands out the only one it makes. */
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

/** What agents of both generations can do. Ends with undefined when the operation is none of that. */
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
  }
  if (step.op === "markDone" && agent instanceof PacketOnboardingAgent) {
    yield* agent.markDoneSteps();
    return null;
  }
  if (!(agent instanceof Agent || agent instanceof PacketWorkerAgent)) return undefined;
  switch (step.op) {
    case "markDone":
      yield* agent.markDoneSteps();
      return null;
    case "approveWork":
      yield* agent.approveWorkSteps();
      return null;
    case "softRejectWork":
      yield* agent.softRejectWorkSteps();
      return null;
    case "rejectWork":
      yield* agent.rejectWorkSteps("");
      return null;
    default:
      return undefined;
  }
}

function readRowStatus(db: Database, { agentType, dbId }: AgentHandle): AgentStatus | null {
  const row = agentType === "main" ? db.getAgent(dbId) : db.getOnboardingAgent(dbId);
  return row?.status ?? null;
}
