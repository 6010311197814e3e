/**
 * The environment in which agents are replayed: an arena with one slot, a database in memory, a clock with the recorded
 * times, and a context of the model on all three. The model, the mailboxes and the database are those of every run.
 */
import { openDatabase, type AgentAudit, type Database } from "../../platform/db/index.js";
import { createContext, type ModelContext } from "../../platform/model/index.js";
import {
  Arena,
  manualDriver,
  type MailboxKind,
  type Slot,
  type Steps,
  block,
  wait,
  type SlotInterceptor,
} from "../../platform/sync/index.js";
import { agentIdOf, assert } from "../../vocabulary/index.js";

export interface ReplaySandbox {
  readonly context: ModelContext;
  readonly database: Database;
  /** Sets the clock, ms. The clock does not go back. */
  setTime(ms: number): void;
  /** Creates an agent's row and allocates the slot. Returns the row's id, and the slot without the interceptor. */
  newAgent(type: "onboarding" | "main"): { readonly dbId: string; readonly slot: Slot };
  /** Ends the agent and frees the slot. */
  forget(agentId: string): void;
  /** The agents of the database with their statuses. */
  audit(): AgentAudit[];
  close(): void;
}

/** The writes of a transaction. They need not be durable: the database is discarded. */
const WRITES_PER_COMMIT = 5000;

export interface ReplaySandboxOptions {
  readonly mailbox: MailboxKind;
  readonly ringBytes: number;
  /** Intercepts the operations on the slot. */
  readonly interceptor: SlotInterceptor;
  /** Wraps the database for the model. */
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
  const arena = Arena.create({ slots: 1, ringBytes, clock, driver: manualDriver, interceptor });
  const plain = Arena.attach(arena.shared, { clock, driver: manualDriver });
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
      assert(slot === undefined, "two agents are replayed at once");
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
      assert(slot !== undefined, "no agent is being replayed");
      arena.free(slot);
      slot = undefined;
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
