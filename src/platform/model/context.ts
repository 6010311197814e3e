/**
 * Everything an agent's handle needs from outside. One per thread. The model reads no clock, draws no randomness and makes no id
 * except through it, so whoever makes the context decides whether a run can be replayed.
 */
import type { Database } from "../db/index.js";
import type { Clock, Mailbox, Slot } from "../sync/index.js";
import type { IdSource } from "./ids.js";
import type { AgentMetrics } from "./agent-metrics.js";
import type { ProviderRegistry } from "./providers.js";
import type { SlotDirectory } from "./slots.js";
import type { AgentState, StateOwner } from "./state.js";

export type LogLevel = "debug" | "info" | "error";

export interface ModelContext {
  readonly db: Database;
  readonly clock: Clock;
  /** Makes the ids of updates and messages that come without one. */
  readonly ids: IdSource;
  readonly metrics: AgentMetrics;
  /** Opens the mailbox of an agent's slot. Of the same kind in every thread of a run. */
  readonly openMailbox: (slot: Slot) => Mailbox;
  /**
   * Which status a change is counted to have replaced in the gauges: the one that the changing handle knew (`handle`, as in the
   * seed), or the one that the row had (`rows`). With several handles on an agent only `rows` adds up to the truth.
   */
  readonly gauges: "handle" | "rows";
  /**
   * Whether a change of status may overwrite a final one that another handle wrote meanwhile (`overwritten`, as in the seed), or
   * gives way to it (`kept`). A handle that knows the status to be final changes it in either case: approving completed work.
   */
  readonly finalStatuses: "overwritten" | "kept";
  readonly providers: ProviderRegistry;
  readonly slots: SlotDirectory;
  /** Told what the seed's logger is told. */
  readonly log: (level: LogLevel, message: string) => void;
  /** Warns that `act` is deprecated, if no thread of the arena has done so. */
  readonly warnOfAct: () => void;
  /** What a caller is given for a new handle: the handle, or what takes its place to watch what is done with it. */
  readonly wrapHandle: <Handle extends StateOwner>(handle: Handle) => Handle;
  /** Makes the state of a new handle. */
  readonly createState: (owner: StateOwner) => AgentState;
}
