/**
 * The row of one agent in the order of a record. Reads and requests have their places in the order; a commit happens in another
 * thread and has none, but what was read and answered tells where it was: a write takes effect when it is answered, or before the
 * first that has seen it.
 */
import { isFinal, type AgentStatus } from "../../db/index.js";

/** A change of status that was asked for. */
export interface PendingWrite {
  readonly status: AgentStatus;
  readonly unlessFinal: boolean;
  /** Carries it out on the row; gives the status before. */
  readonly execute: () => AgentStatus;
  /** The status before, once it was carried out. */
  replaced: AgentStatus | undefined;
}

/** The row of an agent with the writes that are under way. */
export interface Row {
  readonly pending: PendingWrite[];
  status(): AgentStatus;
}

/** Carries out as many of the pending writes as it takes for the row to have `wanted`; none if that cannot be. `but` is not one of them. */
export function bringTo(row: Row, wanted: AgentStatus, but?: PendingWrite): void {
  const open = row.pending.filter((write) => write !== but && write.replaced === undefined);
  for (const write of pathTo(row.status(), wanted, open) ?? []) write.replaced = write.execute();
}

/** The fewest writes that lead from one status to another. There are never more than a few under way. */
function pathTo(from: AgentStatus, wanted: AgentStatus, open: readonly PendingWrite[]): PendingWrite[] | undefined {
  if (from === wanted) return [];
  let best: PendingWrite[] | undefined;
  for (const write of open) {
    const next = write.unlessFinal && isFinal(from) ? from : write.status;
    if (next === from) continue;
    const rest = pathTo(next, wanted, open.filter((other) => other !== write));
    if (rest !== undefined && (best === undefined || rest.length + 1 < best.length)) best = [write, ...rest];
  }
  return best;
}
