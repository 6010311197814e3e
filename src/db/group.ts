/**
 * Group commit: executes many writes in one transaction, each of which may fail without harming the others.
 */
import type { Connection } from "./connection.js";
import { asDatabaseError, type DatabaseError } from "./errors.js";
import { createJournal, isEntry, MANY, type JournalEntry } from "./journal.js";
import type { Request } from "./operations.js";
import type { Outcome } from "./protocol.js";
import { createExecute } from "./writes.js";

/** Executes and commits writes in their order; returns their outcomes, which hold once it has returned. Does not throw. */
export type GroupCommit = (requests: readonly Request[]) => Outcome[];

/** Prepares group commits on `connection`, which has no transaction open. `committed` is called after each one that stands. */
export function createGroupCommit(connection: Connection, committed: () => void = () => undefined): GroupCommit {
  const execute = createExecute(connection);
  const journal = createJournal(connection);
  const begin = connection.prepare("BEGIN IMMEDIATE");
  const commit = connection.prepare("COMMIT");
  const rollback = connection.prepare("ROLLBACK");

  return (requests) => {
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
    /** Adds entries of the journal in one statement. If any of them cannot be added none is: each by itself will tell which. */
    const executeTogether = (entries: readonly JournalEntry[]): boolean => {
      try {
        if (!journal.appendMany(entries)) return false;
      } catch (error) {
        goOnAfter(asDatabaseError(error, connection.name, "appendState"));
        return false;
      }
      for (let n = 0; n < entries.length; n++) outcomes.push({ value: undefined });
      return true;
    };
    try {
      begin.run();
      for (let at = 0; at < requests.length; at = outcomes.length) {
        const entries = entriesFrom(requests, at);
        if (entries.length === MANY && executeTogether(entries)) continue;
        for (const request of requests.slice(at, at + Math.max(1, entries.length))) executeOne(request);
      }
      commit.run();
      committed();
    } catch (error) {
      if (connection.inTransaction) rollback.run();
      const failure = asDatabaseError(error, connection.name, "committing");
      while (outcomes.length < requests.length) outcomes.push({ error: failure });
      lose(failure);
    }
    return outcomes;
  };
}

/** The entries of the journal for agents of one type that come next, {@link MANY} at most. */
function entriesFrom(requests: readonly Request[], first: number): JournalEntry[] {
  const entries: JournalEntry[] = [];
  for (let at = first; entries.length < MANY; at++) {
    const entry = entryOf(requests[at]);
    if (entry === undefined || entry.agentType !== (entries[0] ?? entry).agentType) break;
    entries.push(entry);
  }
  return entries;
}

function entryOf(request: Request | undefined): JournalEntry | undefined {
  return request !== undefined && isEntry(request) ? request[1][0] : undefined;
}
