/**
 * Group commit: executes many writes in one transaction, each of which may fail without affecting the others.
 */
import { at } from "../../vocabulary/index.js";
import type { Connection } from "./connection.js";
import { asDatabaseError, type DatabaseError } from "./database-errors.js";
import { createJournal, ENTRIES_PER_STATEMENT, noSuchAgent, type Entries, type Journal } from "./journal.js";
import type { Request } from "./reads-and-writes.js";
import type { WriteOutcome } from "./protocol.js";
import { areEntries, countOf, type Packed } from "./packed-writes.js";
import { createExecute, type Execute } from "./writes.js";

/** The outcome of a write without a result. One object for all, because most writes have none. */
const DONE: WriteOutcome = { value: undefined };

export class GroupCommit {
  readonly #connection: Connection;
  readonly #execute: Execute;
  readonly #journal: Journal;
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  #commits = 0;
  /** The outcomes of the writes of this group, so far. */
  #outcomes: WriteOutcome[] = [];
  /** The first outcome that depends on the open transaction. */
  #uncommitted = 0;

  /** `connection` has no transaction open. */
  constructor(connection: Connection) {
    this.#connection = connection;
    this.#execute = createExecute(connection);
    this.#journal = createJournal(connection);
    this.#begin = connection.prepare("BEGIN IMMEDIATE");
    this.#commit = connection.prepare("COMMIT");
    this.#rollback = connection.prepare("ROLLBACK");
  }

  /** How many groups were committed. */
  get commits(): number {
    return this.#commits;
  }

  /** Executes and commits writes in their order. Returns the outcome of each, which is final. Does not throw. */
  commit(writes: Packed): WriteOutcome[] {
    const outcomes: WriteOutcome[] = (this.#outcomes = []);
    this.#uncommitted = 0;
    try {
      this.#begin.run();
      for (const item of writes) {
        if (areEntries(item)) this.#addEntries(item);
        else this.#executeOne(item);
      }
      this.#commit.run();
      this.#commits++;
    } catch (error) {
      if (this.#connection.inTransaction) this.#rollback.run();
      const failure = asDatabaseError(error, this.#connection.name, "committing");
      const count = countOf(writes);
      while (outcomes.length < count) outcomes.push({ error: failure });
      this.#failUncommitted(failure);
    }
    return outcomes;
  }

  #failUncommitted(error: DatabaseError): void {
    const outcomes = this.#outcomes;
    for (; this.#uncommitted < outcomes.length; this.#uncommitted++) {
      if (at(outcomes, this.#uncommitted).error === undefined) outcomes[this.#uncommitted] = { error };
    }
  }

  /** After a full disk or an I/O error SQLite rolls back the whole transaction, not only the statement. */
  #continueAfter(failure: DatabaseError): void {
    if (this.#connection.inTransaction) return;
    this.#failUncommitted(failure);
    this.#begin.run();
  }

  #executeOne([name, args]: Request): void {
    try {
      this.#outcomes.push({ value: this.#execute(name, args) });
    } catch (error) {
      const failure = asDatabaseError(error, this.#connection.name, name);
      this.#outcomes.push({ error: failure });
      this.#continueAfter(failure);
    }
  }

  #addEntries(entries: Entries): void {
    const { agentType, kind, agentIds, data, at: times } = entries;
    let next = 0;
    while (next + ENTRIES_PER_STATEMENT <= agentIds.length && this.#addTogether(entries, next))
      next += ENTRIES_PER_STATEMENT;
    for (; next < agentIds.length; next++) {
      const entry = { agentType, kind, agentId: at(agentIds, next), data: at(data, next), at: at(times, next) };
      this.#executeOne(["appendState", [entry]]);
    }
  }

  /**
   * Adds entries of the journal in one statement, from the one at `first` on. Returns false when it could not; none is
   * added then.
   */
  #addTogether(entries: Entries, first: number): boolean {
    const { agentType, agentIds } = entries;
    let added: number;
    try {
      added = this.#journal.appendMany(entries, first);
    } catch (error) {
      this.#continueAfter(asDatabaseError(error, this.#connection.name, "appendState"));
      return false;
    }
    for (const agentId of agentIds.slice(first, first + ENTRIES_PER_STATEMENT)) {
      const wasAdded = added === ENTRIES_PER_STATEMENT || this.#journal.hasAgent(agentType, agentId);
      this.#outcomes.push(wasAdded ? DONE : { error: noSuchAgent(this.#connection.name, agentType, agentId) });
    }
    return true;
  }
}
