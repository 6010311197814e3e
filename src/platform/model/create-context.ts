/** Makes a thread's context from a database and an arena, with defaults for the rest. */
import { type Arena, type MailboxKind, openMailbox, systemClock } from "../sync/index.js";
import { createActWarning } from "./act-warning.js";
import type { ModelContext } from "./context.js";
import { checkedIds, uuidSource } from "./ids.js";
import { createAgentCounts } from "./agent-counts.js";
import { createProviderRegistry } from "./providers.js";
import { simulatedProvider } from "./simulated-provider.js";
import { createSlotDirectory } from "./slots.js";
import { JournalState } from "./state.js";

export interface ContextOptions extends Partial<Omit<ModelContext, "slots">> {
  readonly db: ModelContext["db"];
  /** Where the agents' slots are. */
  readonly arena: Arena;
  /** Which kind of mailboxes to open; `sound` by default. Not used when `openMailbox` is given. */
  readonly mailbox?: MailboxKind;
}

/**
 * Makes a context. Defaults: the system's clock, random UUIDs, counts without a registry for `metrics`, `sound`
 * mailboxes, the simulated provider, no log, and agents' states in the database's journal. As in the original, gauges
 * count what this context's handles knew, and a handle that does not know of a final status overwrites it. A platform
 * of several threads uses `gauges: "rows", finalStatuses: "kept"`, as the live run does.
 *
 * An agent's events and mailbox are in a slot of the arena. The slot is allocated when a context first needs it. A
 * context of another thread must adopt the slot before it gets the agent: `context.slots.adopt(agentId, index)`, where
 * `index` is `context.slots.slotOf(agentId).index` of the first context.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Arena, createContext, openDatabase } from "crowdstorm";
 *
 * const db = openDatabase(":memory:", { create: true });
 * // Every option has a default; this one makes the ids reproducible.
 * let last = 0;
 * const context = createContext({ db, arena: Arena.create(), ids: { next: () => `id-${++last}` } });
 * assert.equal(context.ids.next(), "id-1");
 * db.close();
 * ```
 */
export function createContext({ arena, mailbox = "sound", ...options }: ContextOptions): ModelContext {
  // An option that is undefined does not replace a default.
  const given = Object.fromEntries(
    Object.entries<unknown>(options).filter(([, value]) => value !== undefined),
  ) as typeof options;
  const { db, clock = systemClock } = given;
  return {
    clock,
    ids: uuidSource,
    metrics: given.metrics ?? createAgentCounts(),
    openMailbox: (slot) => openMailbox(slot, mailbox),
    gauges: "handle",
    finalStatuses: "overwritten",
    providers: given.providers ?? createProviderRegistry([simulatedProvider]),
    slots: createSlotDirectory(arena),
    log: () => undefined,
    warnOfAct: createActWarning(arena),
    wrapHandle: (handle) => handle,
    createState: (owner) => new JournalState(db, clock, owner),
    ...given,
    ...(given.ids && { ids: checkedIds(given.ids) }),
  };
}
