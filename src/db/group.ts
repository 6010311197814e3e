/**
 * Group commit: executes many writes in one transaction, each of which may fail without harming the others.
 */
import type { Connection } from "./connection.js";
import { asDatabaseError, type DatabaseError } from "./errors.js";
import type { Outcome, Request } from "./protocol.js";
import { createExecute } from "./writes.js";

/** Executes and commits writes in their order; returns their outcomes, which hold once it has returned. Does not throw. */
export type GroupCommit = (requests: readonly Request[]) => Outcome[];

/** Prepares group commits on `connection`, which has no transaction open. */
export function createGroupCommit(connection: Connection): GroupCommit {
  const execute = createExecute(connection);
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
    try {
      begin.run();
      for (const [name, args] of requests) {
        try {
          outcomes.push({ value: execute(name, args) });
        } catch (error) {
          const failure = asDatabaseError(error, connection.name, name);
          outcomes.push({ error: failure });
          // A full disk or an I/O error makes SQLite roll back all of the transaction, not the statement alone.
          if (!connection.inTransaction) {
            lose(failure);
            begin.run();
          }
        }
      }
      commit.run();
    } catch (error) {
      if (connection.inTransaction) rollback.run();
      const failure = asDatabaseError(error, connection.name, "committing");
      while (outcomes.length < requests.length) outcomes.push({ error: failure });
      lose(failure);
    }
    return outcomes;
  };
}
