/** A small world of one task run with free units, on a database in memory, and what tests look at in it. */
import type { TestContext } from "node:test";
import type { AgentStatus } from "../../../dist/vocabulary/index.js";
import {
  type Database,
  openDatabase,
  type WriteArgs,
  type WriteName,
  type WriteResult,
} from "../../../dist/platform/db/index.js";
import {
  Agent,
  createContext,
  type ContextOptions,
  type LiveRun,
  type LiveUpdate,
  type ModelContext,
  OnboardingAgent,
  TaskRun,
  Unit,
  Worker,
} from "../../../dist/platform/model/index.js";
import { Arena } from "../../../dist/platform/sync/index.js";

export interface World {
  db: Database;
  arena: Arena;
  context: ModelContext;
  /** Every read and write asked of the database so far, by name. */
  asked: string[];
  worker: Worker;
  taskRun: TaskRun;
  unit: Unit;
  newAgent: () => Agent;
  newOnboardingAgent: () => OnboardingAgent;
}

/** Writes and waits, blocked. */
export function put<K extends WriteName>(db: Database, name: K, ...args: WriteArgs<K>): WriteResult<K> {
  return db.write(name, ...args).block();
}

/** A task run of one assignment with one launched unit, and a worker; every id is 1. */
export function populate(db: Database): { workerId: string; taskRunId: string; unitId: string } {
  const { taskId } = put(db, "newTask", { taskName: "talk", taskType: "chat" });
  const { taskRunId } = put(db, "newTaskRun", { taskId, providerType: "simulated", runDir: "/runs/1" });
  const { assignmentId } = put(db, "newAssignment", { taskRunId });
  const { unitId } = put(db, "newUnit", { assignmentId, unitIndex: 0, status: "launched" });
  const { workerId } = put(db, "findOrCreateWorker", { workerName: "ada", providerType: "simulated" });
  return { workerId, taskRunId, unitId };
}

export function newWorld(t: TestContext, options: Partial<ContextOptions> = {}): World {
  const opened = openDatabase(":memory:", { create: true });
  t.after(() => {
    opened.close();
  });
  const asked: string[] = [];
  const db = recording(opened, asked);
  const arena = Arena.create({ slots: 8 });
  const context = createContext({ db, arena, ...options });
  const { workerId, taskRunId, unitId } = populate(opened);
  const worker = Worker.get(opened, workerId);
  const taskRun = TaskRun.get(opened, taskRunId);
  const unit = Unit.get(opened, unitId);
  return {
    db: opened,
    arena,
    context,
    asked,
    worker,
    taskRun,
    unit,
    newAgent: () => Agent.newFromProviderData(context, worker, unit, {}),
    newOnboardingAgent: () => OnboardingAgent.new(context, worker, taskRun),
  };
}

/** `db`, noting what is asked of it. */
function recording(db: Database, asked: string[]): Database {
  return new Proxy(db, {
    get(target, property, receiver) {
      const member: unknown = Reflect.get(target, property, receiver);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        asked.push(property === "write" || property === "send" ? String(args[0]) : String(property));
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** A live run that notes what it is told. */
export function recordingLiveRun(): LiveRun & { pushed: AgentStatus[]; sent: [agentId: string, update: LiveUpdate][] } {
  const pushed: AgentStatus[] = [];
  const sent: [string, LiveUpdate][] = [];
  return {
    pushed,
    sent,
    pushStatusUpdate: (_agent, status) => {
      pushed.push(status);
    },
    sendLiveUpdate: (agentId, update) => {
      sent.push([agentId, update]);
    },
  };
}
