/**
 * Everything an agent's handle needs from outside. One per thread. The model reads no clock, draws no randomness and makes no id
 * except through it, so whoever makes the context decides whether a run can be replayed.
 */
import type { Database } from "../db/index.js";
import type { Clock, MailboxKind } from "../sync/index.js";
import type { IdSource } from "./ids.js";
import type { AgentMetrics } from "./metrics.js";
import type { ProviderRegistry } from "./providers.js";
import type { SlotDirectory } from "./slots.js";
import type { AgentState, StateOwner } from "./state.js";

export type LogLevel = "debug" | "info";

export interface ModelContext {
  readonly db: Database;
  readonly clock: Clock;
  /** Makes the ids of updates and messages that come without one. */
  readonly ids: IdSource;
  readonly metrics: AgentMetrics;
  /** Which implementation of mailboxes handles open. The same in every thread of a run. */
  readonly mailbox: MailboxKind;
  readonly providers: ProviderRegistry;
  readonly slots: SlotDirectory;
  /** Told what the seed's logger is told. */
  readonly log: (level: LogLevel, message: string) => void;
  /** Makes the state of a new handle. */
  readonly createState: (owner: StateOwner) => AgentState;
}
