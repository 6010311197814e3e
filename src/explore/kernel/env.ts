/** What a thread of a program works with: handles of its own on the memory that the program's threads share. */
import { Agent, createAgentMetrics, createContext, type ModelContext } from "../../platform/model/index.js";
import {
  Arena,
  atomics,
  openMailbox,
  spawn,
  type Clock,
  type Driver,
  type MailboxKind,
  type Slot,
  type Steps,
} from "../../platform/sync/index.js";
import type { Env } from "./program.js";
import { kindOf } from "../../vocabulary/index.js";
import { AGENT_ID, agentRow, createRowDatabase, INITIAL_STATUS, readStatus, writeStatus } from "./row-database.js";

/** The memory of a program. */
export interface Shared {
  readonly arena: SharedArrayBuffer;
  readonly rows: Int32Array;
  readonly mailboxKind: MailboxKind;
}

export interface EnvOptions {
  /** This thread's place in the arena. */
  readonly thread: number;
  readonly clock: Clock;
  readonly finalStatuses: ModelContext["finalStatuses"];
  /** Told when a named call begins and ends. */
  readonly onCall: (name: string | undefined) => void;
}

/** The slot of the program's agent. */
export const SLOT_INDEX = 0;

/** The reactor is turned by `drive` alone. */
const nobody: Driver = { requestTurn: () => undefined };

export interface ThreadEnv extends Env {
  /** Forgets what an execution left in this thread: coroutines that were still waiting when it was given up; or `everything`. */
  reset(everything?: boolean): void;
}

export function createEnv(
  { arena: shared, rows, mailboxKind }: Shared,
  { thread, clock, finalStatuses, onCall }: EnvOptions,
): ThreadEnv {
  const attach = (): Arena => Arena.attach(shared, { clock, thread, driver: nobody });
  const metrics = createAgentMetrics();
  let arena = attach();
  let slot: Slot = arena.slot(SLOT_INDEX);
  let context: ModelContext | undefined;

  const createModelContext = (): ModelContext => {
    const made = createContext({
      arena,
      clock,
      db: createRowDatabase(rows),
      mailbox: mailboxKind,
      finalStatuses,
      metrics,
      ids: { next: () => "id" },
    });
    made.slots.adopt(AGENT_ID, SLOT_INDEX);
    return made;
  };

  return {
    mailboxKind,
    clock,
    get mailbox() {
      return openMailbox(slot, mailboxKind);
    },
    event: (name) => slot.event(name),
    agent: () => Agent.get((context ??= createModelContext()), AGENT_ID, agentRow(INITIAL_STATUS)),
    status: () => readStatus(rows),
    writeStatus: (status) => writeStatus(rows, status),
    drive: <T>(steps: Steps<T>): T => drive(arena, steps),
    call: (name, work) => {
      if (typeof (name as unknown) !== "string")
        throw new TypeError(`call(name, work): name must be text, not ${kindOf(name)}`);
      onCall(name);
      const result = work();
      onCall(undefined);
      return result;
    },
    reset: (everything = false) => {
      if (arena.reactor.isIdle && !everything) return;
      arena = attach();
      slot = arena.slot(SLOT_INDEX);
      context = undefined;
    },
  };
}

/** Takes the reactor's turns until `steps` are over; parks on the doorbell when there is nothing to do. */
function drive<T>(arena: Arena, steps: Steps<T>): T {
  const { cells, reactor, doorbell, clock } = arena;
  let result: { value: T } | { error: unknown } | undefined;
  const ended = (): typeof result => result;
  spawn(
    steps,
    (value) => {
      result = { value };
    },
    (error) => {
      result = { error };
    },
  );
  for (let end = ended(); ; end = ended()) {
    if (end !== undefined) {
      if ("value" in end) return end.value;
      throw end.error;
    }
    const seen = atomics.load(cells, doorbell);
    if (!reactor.turn()) atomics.wait(cells, doorbell, seen, reactor.timers.nextDue - clock.now());
  }
}
