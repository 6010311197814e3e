/**
 * Wrappers of mailboxes, databases and contexts that record every operation for the trace and otherwise behave as what
 * they wrap. The model and the live run do not know them.
 */
import type { Database, Reads } from "../../../platform/db/index.js";
import type { ModelContext } from "../../../platform/model/index.js";
import {
  MailboxFullError,
  PayloadTooLargeError,
  WrappedMailbox,
  type Absence,
  type Json,
  type Mailbox,
  type Message,
  type Steps,
} from "../../../platform/sync/index.js";
import type { Note, TraceValue } from "../../../replay/trace/index.js";

/** `mailbox`, whose operations through this handle are recorded. `name` is its name in the trace. */
export function tracedMailbox(mailbox: Mailbox, name: string, note: Note): Mailbox {
  return new TracedMailbox(mailbox, name, note);
}

class TracedMailbox extends WrappedMailbox {
  constructor(
    mailbox: Mailbox,
    private readonly name: string,
    private readonly note: Note,
  ) {
    super(mailbox);
  }

  override append(value: Json): void {
    try {
      this.inner.append(value);
    } catch (error) {
      if (error instanceof MailboxFullError) this.note("append", this.name, value, "full");
      else if (error instanceof PayloadTooLargeError) this.note("append", this.name, value, "too large");
      throw error;
    }
    this.note("append", this.name, value, null);
  }

  override takeMessage(): Message | undefined {
    const taken = this.inner.takeMessage();
    if (taken !== undefined) this.note("take", this.name, null, messageKey(taken.value));
    return taken;
  }

  override *waitForChangeSteps(timeoutMs: number, worker: Absence): Steps<void> {
    this.note("wait", this.name, timeoutMs === Infinity ? null : timeoutMs, null);
    yield* this.inner.waitForChangeSteps(timeoutMs, worker);
    this.note("resume", this.name, null, this.inner.size);
  }

  override release(): void {
    this.note("release", this.name, null, null);
    this.inner.release();
  }

  override shutdown(): void {
    this.note("shutdown", this.name, null, null);
    this.inner.shutdown();
  }
}

/** The key of a message; the whole message is in the trace at its append. */
function messageKey(message: Json): TraceValue {
  if (
    typeof message !== "object" ||
    message === null ||
    !("subject_id" in message || "kind" in message || "update_id" in message)
  )
    return null;
  if (message.packet_type !== undefined) return [message.packet_type, message.subject_id];
  return message.update_id ?? message.kind;
}

/** `context`, whose slots get names and whose mailboxes are recorded. */
export function tracedContext(
  context: ModelContext,
  nameSlot: (slot: number, agentId: string) => void,
  nameOf: (slot: number) => string,
  note: Note,
): ModelContext {
  const { slots } = context;
  return {
    ...context,
    slots: {
      slotOf(agentId) {
        const slot = slots.slotOf(agentId);
        nameSlot(slot.index, agentId);
        return slot;
      },
      find: (agentId) => slots.find(agentId),
      adopt: (agentId, slot) => slots.adopt(agentId, slot),
      forget: (agentId) => slots.forget(agentId),
    },
    openMailbox: (slot) => tracedMailbox(context.openMailbox(slot), nameOf(slot.index), note),
    log(level, message) {
      if (level === "error") note("error", message, null, null);
      context.log(level, message);
    },
  };
}

/** The reads that the model and the live run make while a run goes on. */
const TRACED_READS = [
  "getAgent",
  "getOnboardingAgent",
  "getUnit",
  "qualificationsOfWorker",
  "submitOfAgent",
] as const satisfies readonly (keyof Reads)[];

/** `database`, whose reads are recorded. The writer records the writes. */
export function tracedReads(database: Database, note: Note): Database {
  const traced: Database = { ...database };
  for (const name of TRACED_READS) {
    const read = database[name].bind(database) as (...args: string[]) => unknown;
    Object.assign(traced, {
      [name]: (...args: string[]) => {
        const result = read(...args);
        note("read", name, args.length === 1 ? args[0] : args, rowSummary(result));
        return result;
      },
    });
  }
  return traced;
}

/** The part of a row that changes: its status. For several rows, their number. */
export function rowSummary(result: unknown): TraceValue {
  if (result === undefined || result === null) return null;
  if (Array.isArray(result)) return result.length;
  if (typeof result !== "object") return result as TraceValue;
  return "status" in result ? (result.status as TraceValue) : true;
}

/** The key of a write among those of its name: its row. */
export function keyOf([first]: readonly unknown[]): TraceValue {
  if (typeof first === "string") return first;
  if (typeof first !== "object" || first === null || !("agentType" in first && "agentId" in first)) return null;
  return { agentType: first.agentType as TraceValue, agentId: first.agentId as TraceValue };
}
