/**
 * The agent's row in a program: a database whose rows are words of shared memory. So every read and write of a row is a
 * scheduling point, and each execution starts from the initial row. Writes have the effects of those of
 * src/platform/db.
 */
import { AGENT_STATUSES, at, isFinal, type AgentStatus } from "../../vocabulary/index.js";
import type { AgentRow, Database, WriteArgs, WriteName, WriteResult } from "../../platform/db/index.js";
import { atomics, ready, type Wait } from "../../platform/sync/index.js";

export const ROW = { status: 0, submits: 1, words: 16 } as const;

/** The status of the program's agent before its threads run. */
export const INITIAL_STATUS: AgentStatus = "accepted";

export const AGENT_ID = "1";

export function agentRow(status: AgentStatus): AgentRow {
  return {
    agentId: AGENT_ID,
    status,
    workerId: "1",
    unitId: "1",
    assignmentId: "1",
    taskRunId: "1",
    taskId: "1",
    taskType: "explored",
    providerType: "simulated",
  };
}

export function readStatus(rows: Int32Array): AgentStatus {
  return statusOf(atomics.load(rows, ROW.status));
}

/** Writes the status of the row. Returns the status before. */
export function writeStatus(rows: Int32Array, status: AgentStatus): AgentStatus {
  return statusOf(atomics.exchange(rows, ROW.status, AGENT_STATUSES.indexOf(status)));
}

export function statusOf(place: number): AgentStatus {
  return at(AGENT_STATUSES, place);
}

/** As {@link writeStatus}, but keeps a final status, in one atomic operation. Returns the status before. */
function writeUnlessFinal(rows: Int32Array, status: AgentStatus): AgentStatus {
  return statusOf(atomics.update(rows, ROW.status, -1, unlessFinal, AGENT_STATUSES.indexOf(status)));
}

function unlessFinal(present: number, next: number): number {
  return isFinal(statusOf(present)) ? present : next;
}

/** The part of a database that an agent's handle uses. Use of another part throws a TypeError. */
export function createRowDatabase(rows: Int32Array): Database {
  const writes: Partial<Record<WriteName, (...args: never[]) => unknown>> = {
    updateAgent: (_agentId: string, { status, unlessFinal }: { status: AgentStatus; unlessFinal: boolean }) =>
      unlessFinal ? writeUnlessFinal(rows, status) : writeStatus(rows, status),
    appendState: (entry: { kind: string }) => {
      if (entry.kind === "submit") atomics.add(rows, ROW.submits, 1);
    },
  };
  const perform = (name: WriteName, args: unknown[]): unknown => {
    const write = writes[name];
    if (write === undefined)
      throw new TypeError(
        `the explorer does not support the write ${name}: expected ${Object.keys(writes).join(" or ")}`,
      );
    return (write as (...args: unknown[]) => unknown)(...args);
  };
  const database = {
    path: ":explored:",
    getAgent: () => agentRow(readStatus(rows)),
    write: <K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>> =>
      ready(perform(name, args) as WriteResult<K>),
    send: <K extends WriteName>(name: K, ...args: WriteArgs<K>): void => void perform(name, args),
    close: () => undefined,
  } satisfies Partial<Database>;
  return new Proxy(database, {
    get: (target, name) => {
      if (name in target) return target[name as keyof typeof target];
      throw new TypeError(`the explorer does not support ${String(name)} of the database`);
    },
  }) as unknown as Database;
}
