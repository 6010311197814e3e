/**
 * Group commit: executes many writes in one transaction, each of which may fail without harming the others.
 */
import type { Connection } from "./connection.js";
import { asDatabaseError, type DatabaseError } from "./errors.js";
import { createJournal, MANY, noSuchAgent, type Entries } from "./journal.js";
import type { Request } from "./operations.js";
import type { Outcome } from "./protocol.js";
import { areEntries, countOf, type Packed } from "./wire.js";
import { createExecute } from "./writes.js";

/** Executes and commits writes in their order; returns the outcome of each, which hold once it has returned. Does not throw. */
export type GroupCommit = (writes: Packed) => Outcome[];

/** Of a write that gives nothing. One for all, because most are such. */
const DONE: Outcome = { value: undefined };

/** Prepares group commits on `connection`, which has no transaction open. `committed` is called after each one that stands. */
export function createGroupCommit(connection: Connection, committed: () => void = () => undefined): GroupCommit {
  const execute = createExecute(connection);
  const journal = createJournal(connection);
  const begin = connection.prepare("BEGIN IMMEDIATE");
  const commit = connection.prepare("COMMIT");
  const rollback = connection.prepare("ROLLBACK");

  return (writes) => {
    const outcomes: Outcome[] = [];
    /** The first outcome that stands or falls with the transaction that is open. */
    let uncommitted = 0;
    const lose = (error: DatabaseError): void => {
      for (; uncommitted < outcomes.length; uncommitted++) {
        if (outcomes[uncommitted]?.error === undefined) outcomes[uncommitted] = { error };
      }
    };
    /** A full disk or an I/O error makes SQLite roll back all of the transaction, not the statement alone. */
    const goOnAfter = (failure: DatabaseError): void => {
      if (connection.inTransaction) return;
      lose(failure);
      begin.run();
    };
    const executeOne = ([name, args]: Request): void => {
      try {
        outcomes.push({ value: execute(name, args) });
      } catch (error) {
        const failure = asDatabaseError(error, connection.name, name);
        outcomes.push({ error: failure });
        goOnAfter(failure);
      }
    };
    /** Adds entries of the journal in one statement, from the one at `first` on. Returns whether it could; none is added otherwise. */
    const executeTogether = (entries: Entries, first: number): boolean => {
      const { agentType, agentIds } = entries;
      let added: number;
      try {
        added = journal.appendMany(entries, first);
      } catch (error) {
        goOnAfter(asDatabaseError(error, connection.name, "appendState"));
        return false;
      }
      for (const agentId of agentIds.slice(first, first + MANY)) {
        const wasAdded = added === MANY || journal.hasAgent(agentType, agentId);
        outcomes.push(wasAdded ? DONE : { error: noSuchAgent(connection.name, agentType, agentId) });
      }
      return true;
    };
    const executeEntries = (entries: Entries): void => {
      const { agentType, kind, agentIds, data, at } = entries;
      let next = 0;
      while (next + MANY <= agentIds.length && executeTogether(entries, next)) next += MANY;
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
      lose(failure);
    }
    return outcomes;
  };
}
