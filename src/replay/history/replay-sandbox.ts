/**
 * What the agents of a record are repeated in: an arena with one slot, a database in memory, a clock that stands at the time of the
 * record, and a context of the model on all three. The model, the mailboxes and the database are those of every run.
 */
import { openDatabase, type AgentAudit, type Database } from "../../platform/db/index.js";
import { createContext, type ModelContext } from "../../platform/model/index.js";
import {
  Arena,
  type MailboxKind,
  type Slot,
  type Steps,
  block,
  wait,
  type SlotInterceptor,
} from "../../platform/sync/index.js";
import { agentIdOf } from "../../vocabulary/index.js";

export interface ReplaySandbox {
  readonly context: ModelContext;
  readonly database: Database;
  /** Sets the clock, ms; it does not go back. */
  setTime(ms: number): void;
  /** Makes the row of an agent and frees the slot for it. Returns the row's id and the slot itself, which nobody sees. */
  newAgent(type: "onboarding" | "main"): { readonly dbId: string; readonly slot: Slot };
  /** The agent is over. */
  forget(agentId: string): void;
  /** Every agent with all that was written about it. */
  audit(): AgentAudit[];
  close(): void;
}

/** How many writes share a transaction: nobody reads the database afterwards. */
const WRITES_PER_COMMIT = 5000;

export interface ReplaySandboxOptions {
  readonly mailbox: MailboxKind;
  readonly ringBytes: number;
  /** Sees what is done to the slot. */
  readonly interceptor: SlotInterceptor;
  /** The database as the model is to see it. */
  readonly interceptDatabase: (database: Database) => Database;
}

export function createReplaySandbox({
  mailbox,
  ringBytes,
  interceptor,
  interceptDatabase,
}: ReplaySandboxOptions): ReplaySandbox {
  let now = 0;
  const clock = { now: () => now };
  const driver = { requestTurn: () => undefined };
  const arena = Arena.create({ slots: 1, ringBytes, clock, driver, interceptor });
  const plain = Arena.attach(arena.shared, { clock, driver });
  const database = openDatabase(":memory:", { writesPerCommit: WRITES_PER_COMMIT });
  const context = createContext({
    db: interceptDatabase(database),
    arena,
    clock,
    mailbox,
    gauges: "rows",
    finalStatuses: "kept",
  });
  const { taskRunId, workerId } = block(createParentRows(database));
  let slot: Slot | undefined;
  return {
    context,
    database,
    setTime(ms) {
      now = Math.max(now, ms);
    },
    newAgent(type) {
      const dbId = block(
        type === "onboarding"
          ? newOnboardingAgent(database, taskRunId, workerId)
          : newAgent(database, taskRunId, workerId),
      );
      slot = arena.allocate();
      context.slots.adopt(agentIdOf(type, dbId), slot.index);
      return { dbId, slot: plain.slot(slot.index) };
    },
    forget(agentId) {
      context.slots.forget(agentId);
      if (slot !== undefined) arena.free(slot);
      now = 0;
    },
    audit: () => database.audit(),
    close: () => database.close(),
  };
}

function* createParentRows(db: Database): Steps<{ taskRunId: string; workerId: string }> {
  const { taskId } = yield* wait(db.write("newTask", { taskName: "replay", taskType: "replay" }));
  const { taskRunId } = yield* wait(db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "" }));
  const { workerId } = yield* wait(db.write("findOrCreateWorker", { workerName: "worker", providerType: "simulated" }));
  return { taskRunId, workerId };
}

function* newOnboardingAgent(db: Database, taskRunId: string, workerId: string): Steps<string> {
  return (yield* wait(db.write("newOnboardingAgent", { workerId, taskRunId, at: 0 }))).onboardingAgentId;
}

function* newAgent(db: Database, taskRunId: string, workerId: string): Steps<string> {
  const { assignmentId } = yield* wait(db.write("newAssignment", { taskRunId }));
  const { unitId } = yield* wait(db.write("newUnit", { assignmentId, unitIndex: 0, status: "launched" }));
  return (yield* wait(db.write("newAgent", { workerId, unitId, providerType: "simulated", at: 0 }))).agentId;
}
