/**
 * Everything that an agent's handle needs from outside. One per thread. The model reads no clock, draws no randomness
 * and makes no id except through the context, so the context decides whether a run can be replayed.
 */
import type { Database } from "../db/index.js";
import type { Clock, Mailbox, Slot } from "../sync/index.js";
import type { IdSource } from "./ids.js";
import type { AgentCounts } from "./agent-counts.js";
import type { ProviderRegistry } from "./providers.js";
import type { SlotDirectory } from "./slots.js";
import type { AgentState, StateOwner } from "./state.js";

export type LogLevel = "debug" | "info" | "error";

export interface ModelContext {
  readonly db: Database;
  readonly clock: Clock;
  /** Makes the ids of updates and messages that come without one. */
  readonly ids: IdSource;
  /** What the gauges show. A {@link createAgentMetrics} has them in a registry. */
  readonly metrics: AgentCounts;
  /** Opens the mailbox of an agent's slot. Of the same kind in every thread of a run. */
  readonly openMailbox: (slot: Slot) => Mailbox;
  /**
   * Which status the gauges count as replaced by a change: the one that the changing handle knew (`handle`, as in the
   * original), or the one that the row had (`rows`). With several handles on one agent only `rows` gives correct sums.
   */
  readonly gauges: "handle" | "rows";
  /**
   * What a change of status does to a final one that another handle has written and this one has not read: overwrite it
   * (`overwritten`, as in the original) or keep it (`kept`). A final status that the handle knows is changed in either
   * case: completed work is approved.
   */
  readonly finalStatuses: "overwritten" | "kept";
  readonly providers: ProviderRegistry;
  readonly slots: SlotDirectory;
  /** Receives the log messages of the original's logger. */
  readonly log: (level: LogLevel, message: string) => void;
  /** Warns that `act` is deprecated, unless a thread of the arena has done so. */
  readonly warnOfAct: () => void;
  /** Returns what the caller gets for a new handle: the handle itself, or a wrapper that observes its calls. */
  readonly wrapHandle: <Handle extends StateOwner>(handle: Handle) => Handle;
  /** Makes the state of a new handle. */
  readonly createState: (owner: StateOwner) => AgentState;
}
