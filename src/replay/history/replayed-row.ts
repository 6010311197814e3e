/**
 * The row of one agent in the order of its history. Reads, requests and answers have numbers. A commit happens in
 * another thread and has none, so it is placed by what was observed: a write takes effect when it is answered, or
 * before the first read or write that has observed it.
 */
import { isFinal, type AgentStatus } from "../../vocabulary/index.js";
import type { AgentType } from "../../platform/db/index.js";
import type { AnsweredEntry, AskedEntry } from "./history-reader.js";
import type { ReplaySandbox } from "./replay-sandbox.js";

/** Whether a write of this name changes an agent's status. */
export function isStatusWrite(name: string): name is "updateAgent" | "updateOnboardingAgent" {
  return name === "updateAgent" || name === "updateOnboardingAgent";
}

/** A requested change of status. */
interface PendingWrite {
  readonly status: AgentStatus;
  readonly unlessFinal: boolean;
  /** The status that it replaced, according to the history; undefined when it was not answered or failed. */
  readonly replaces: AgentStatus | undefined;
  /** Changes the row. Returns the status before. */
  readonly execute: () => AgentStatus;
  /** The status before, once the row was changed. */
  replaced: AgentStatus | undefined;
}

export class ReplayedRow {
  readonly #sandbox: ReplaySandbox;
  readonly #type: AgentType;
  readonly #dbId: string;
  /** The requested changes, by the numbers of the requests. */
  readonly #writes = new Map<number, PendingWrite>();

  constructor(sandbox: ReplaySandbox, type: AgentType, dbId: string) {
    this.#sandbox = sandbox;
    this.#type = type;
    this.#dbId = dbId;
  }

  status(): AgentStatus | undefined {
    const { database } = this.#sandbox;
    const row = this.#type === "onboarding" ? database.getOnboardingAgent(this.#dbId) : database.getAgent(this.#dbId);
    return row?.status;
  }

  /** Adds a request at the present time, with its answer. A write of something other than the status is ignored. */
  ask({ status, unlessFinal, number, write }: AskedEntry, answered: AnsweredEntry | undefined): void {
    if (status === undefined || !isStatusWrite(write)) return;
    // Only this thread uses the database, so a write is answered at once.
    const { database, context } = this.#sandbox;
    const at = context.clock.now();
    const execute = (): AgentStatus => database.write(write, this.#dbId, { status, at, unlessFinal }).block();
    this.#writes.set(number, { status, unlessFinal, replaces: answered?.replaced, replaced: undefined, execute });
  }

  /** Makes the change that `asked` has requested, unless it was made before. Returns the status before. */
  answer({ error, replaced }: AnsweredEntry, asked: AskedEntry | undefined): AgentStatus | undefined {
    const write = asked === undefined ? undefined : this.#writes.get(asked.number);
    if (write === undefined || error !== undefined) return undefined;
    if (write.replaced === undefined) {
      if (replaced !== undefined) this.applyWritesUntil(replaced, write);
      write.replaced = write.execute();
    }
    return write.replaced;
  }

  /**
   * Makes the fewest pending changes after which the row has the status `wanted`; none if that is impossible. Excludes
   * `but`.
   */
  applyWritesUntil(wanted: AgentStatus, but?: PendingWrite): void {
    const status = this.status();
    if (status === undefined || status === wanted) return;
    const open = [...this.#writes.values()].filter((write) => write !== but && write.replaced === undefined);
    for (const write of pathTo(status, wanted, open) ?? []) write.replaced = write.execute();
  }
}

/** The fewest writes that lead from one status to another. Only a few writes are pending at a time. */
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
