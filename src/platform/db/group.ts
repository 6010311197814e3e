/**
 * Group commit: executes many writes in one transaction, each of which may fail without harming the others.
 */
import type { Connection } from "./connection.js";
import { asDatabaseError, type DatabaseError } from "./database-errors.js";
import { createJournal, ENTRIES_PER_STATEMENT, noSuchAgent, type Entries } from "./journal.js";
import type { Request } from "./reads-and-writes.js";
import type { WriteOutcome } from "./protocol.js";
import { areEntries, countOf, type Packed } from "./packed-writes.js";
import { createExecute } from "./writes.js";

/** Executes and commits writes in their order; returns the outcome of each, which hold once it has returned. Does not throw. */
export type GroupCommit = (writes: Packed) => WriteOutcome[];

/** Of a write that gives nothing. One for all, because most are such. */
const DONE: WriteOutcome = { value: undefined };

/** Prepares group commits on `connection`, which has no transaction open. `committed` is called after each one that stands. */
export function createGroupCommit(connection: Connection, committed: () => void = () => undefined): GroupCommit {
  const execute = createExecute(connection);
  const journal = createJournal(connection);
  const begin = connection.prepare("BEGIN IMMEDIATE");
  const commit = connection.prepare("COMMIT");
  const rollback = connection.prepare("ROLLBACK");

  return (writes) => {
    const outcomes: WriteOutcome[] = [];
    /** The first outcome that stands or falls with the transaction that is open. */
    let uncommitted = 0;
    const failUncommitted = (error: DatabaseError): void => {
      for (; uncommitted < outcomes.length; uncommitted++) {
        if (outcomes[uncommitted]?.error === undefined) outcomes[uncommitted] = { error };
      }
    };
    /** A full disk or an I/O error makes SQLite roll back all of the transaction, not the statement alone. */
    const continueAfter = (failure: DatabaseError): void => {
      if (connection.inTransaction) return;
      failUncommitted(failure);
      begin.run();
    };
    const executeOne = ([name, args]: Request): void => {
      try {
        outcomes.push({ value: execute(name, args) });
      } catch (error) {
        const failure = asDatabaseError(error, connection.name, name);
        outcomes.push({ error: failure });
        continueAfter(failure);
      }
    };
    /** Adds entries of the journal in one statement, from the one at `first` on. Returns whether it could; none is added otherwise. */
    const executeTogether = (entries: Entries, first: number): boolean => {
      const { agentType, agentIds } = entries;
      let added: number;
      try {
        added = journal.appendMany(entries, first);
      } catch (error) {
        continueAfter(asDatabaseError(error, connection.name, "appendState"));
        return false;
      }
      for (const agentId of agentIds.slice(first, first + ENTRIES_PER_STATEMENT)) {
        const wasAdded = added === ENTRIES_PER_STATEMENT || journal.hasAgent(agentType, agentId);
        outcomes.push(wasAdded ? DONE : { error: noSuchAgent(connection.name, agentType, agentId) });
      }
      return true;
    };
    const executeEntries = (entries: Entries): void => {
      const { agentType, kind, agentIds, data, at } = entries;
      let next = 0;
      while (next + ENTRIES_PER_STATEMENT <= agentIds.length && executeTogether(entries, next))
        next += ENTRIES_PER_STATEMENT;
      for (; next < agentIds.length; next++) {
        executeOne([
          "appendState",
          [{ agentType, kind, agentId: agentIds[next] ?? "", data: data[next] ?? "null", at: at[next] ?? 0 }],
        ]);
      }
    };
    try {
      begin.run();
      for (const item of writes) {
        if (areEntries(item)) executeEntries(item);
        else executeOne(item);
      }
      commit.run();
      committed();
    } catch (error) {
      if (connection.inTransaction) rollback.run();
      const failure = asDatabaseError(error, connection.name, "committing");
      while (outcomes.length < countOf(writes)) outcomes.push({ error: failure });
      failUncommitted(failure);
    }
    return outcomes;
  };
}
