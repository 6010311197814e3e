/**
 * The row of one agent in the order of a record. Reads and requests have their places in the order; a commit happens in another
 * thread and has none, but what was read and answered tells where it was: a write takes effect when it is answered, or before the
 * first that has seen it.
 */
import { isFinal, type AgentStatus } from "../../vocabulary/index.js";
import type { AgentType, Database } from "../../platform/db/index.js";
import type { AnsweredEntry, AskedEntry } from "./history-reader.js";

/** Whether a write of this name changes an agent's status. */
export function isStatusWrite(name: string): name is "updateAgent" | "updateOnboardingAgent" {
  return name === "updateAgent" || name === "updateOnboardingAgent";
}

/** A change of status that was asked for. */
interface PendingWrite {
  readonly status: AgentStatus;
  readonly unlessFinal: boolean;
  /** The status that it replaced according to the record; undefined when it was not answered, or had failed. */
  readonly replaces: AgentStatus | undefined;
  /** Carries it out on the row; gives the status before. */
  readonly execute: () => AgentStatus;
  /** The status before, once it was carried out. */
  replaced: AgentStatus | undefined;
}

export class ReplayedRow {
  readonly #database: Database;
  readonly #type: AgentType;
  readonly #dbId: string;
  /** The changes that were asked for, by the numbers of the requests. */
  readonly #writes = new Map<number, PendingWrite>();

  constructor(database: Database, type: AgentType, dbId: string) {
    this.#database = database;
    this.#type = type;
    this.#dbId = dbId;
  }

  status(): AgentStatus | undefined {
    return (
      this.#type === "onboarding" ? this.#database.getOnboardingAgent(this.#dbId) : this.#database.getAgent(this.#dbId)
    )?.status;
  }

  /** Takes in a request at `at` (ms), and how it was answered. One of something else than the status is nothing here. */
  ask({ status, unlessFinal, number, write }: AskedEntry, answered: AnsweredEntry | undefined, at: number): void {
    if (status === undefined || !isStatusWrite(write)) return;
    // The database is of this thread alone: what a write comes to is known at once.
    const execute = (): AgentStatus => this.#database.write(write, this.#dbId, { status, at, unlessFinal }).block();
    this.#writes.set(number, { status, unlessFinal, replaces: answered?.replaced, replaced: undefined, execute });
  }

  /** Carries out what `asked` has asked for, unless somebody has seen it before; gives the status before. */
  answer({ error, replaced }: AnsweredEntry, asked: AskedEntry | undefined): AgentStatus | undefined {
    const write = asked === undefined ? undefined : this.#writes.get(asked.number);
    if (write === undefined || error !== undefined) return undefined;
    if (write.replaced === undefined) {
      if (replaced !== undefined) this.applyWritesUntil(replaced, write);
      write.replaced = write.execute();
    }
    return write.replaced;
  }

  /** Carries out as many of the pending writes as it takes for the row to have `wanted`; none if that cannot be. `but` is not one of them. */
  applyWritesUntil(wanted: AgentStatus, but?: PendingWrite): void {
    const status = this.status();
    if (status === undefined || status === wanted) return;
    const open = [...this.#writes.values()].filter((write) => write !== but && write.replaced === undefined);
    for (const write of pathTo(status, wanted, open) ?? []) write.replaced = write.execute();
  }
}

/** The fewest writes that lead from one status to another. There are never more than a few under way. */
function pathTo(from: AgentStatus, wanted: AgentStatus, open: readonly PendingWrite[]): PendingWrite[] | undefined {
  if (from === wanted) return [];
  let best: PendingWrite[] | undefined;
  for (const write of open) {
    if (write.replaces !== undefined && write.replaces !== from) continue;
    const next = write.unlessFinal && isFinal(from) ? from : write.status;
    if (next === from) continue;
    const rest = pathTo(
      next,
      wanted,
      open.filter((other) => other !== write),
    );
    if (rest !== undefined && (best === undefined || rest.length + 1 < best.length)) best = [write, ...rest];
  }
  return best;
}
