/** The environment of a program's thread: its own handles on the memory that the threads share. */
import { Agent, createAgentCounts, createContext, type ModelContext } from "../../platform/model/index.js";
import {
  Arena,
  atomics,
  manualDriver,
  openMailbox,
  spawn,
  type Clock,
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
  /** Called when a named call begins, and without a name when it ends. */
  readonly onCall: (name: string | undefined) => void;
}

/** The slot of the program's agent. */
const SLOT_INDEX = 0;

export interface ThreadEnv extends Env {
  /** Discards the coroutines of an execution that was aborted; with `everything`, the handles too. */
  reset(everything?: boolean): void;
}

export function createEnv(
  { arena: shared, rows, mailboxKind }: Shared,
  { thread, clock, finalStatuses, onCall }: EnvOptions,
): ThreadEnv {
  // Only `drive` takes the reactor's turns.
  const attach = (): Arena => Arena.attach(shared, { clock, thread, driver: manualDriver });
  const metrics = createAgentCounts();
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
      // The default keeps in a variable that it has warned: later executions would have fewer steps than the first.
      warnOfAct: () => undefined,
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
        throw new TypeError(`invalid name of call(name, work): ${kindOf(name)}: expected text`);
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

/** Takes the reactor's turns until `steps` have ended; waits on the doorbell when nothing is due. */
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
