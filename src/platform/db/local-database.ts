/**
 * A database whose writes this thread executes immediately, each in its own transaction: for a program of one thread,
 * the conformance runner, tests and the virtual engine.
 */
import { failed, ready, type Wait } from "../sync/index.js";
import { auditConnection, type AgentAudit } from "./audit.js";
import { closeOwner, openOwner, type Connection } from "./connection.js";
import { throwUnhandled, type Database, type DatabaseOptions } from "./database.js";
import { asDatabaseError, DatabaseError } from "./database-errors.js";
import type { WriteArgs, WriteName, WriteResult } from "./reads-and-writes.js";
import { createReads } from "./reads.js";
import { createExecute, type Execute } from "./writes.js";

export interface OpenOptions extends DatabaseOptions {
  /** Make the database when there is no file at the path. Without it a missing file is an error. */
  create?: boolean;
  /**
   * How many writes share a transaction; default 1. With more, commits are faster, but the last writes are lost when
   * the process dies: for runs that can be repeated from their seed. They are also lost when the disk fails or is full;
   * all later writes and closing then fail with the reason.
   */
  writesPerCommit?: number;
}

/** A database of this thread alone. */
export interface LocalDatabase extends Database {
  /** As {@link Database.write}, but returns the result. Throws {@link DatabaseError} when it fails. */
  execute<K extends WriteName>(name: K, args: WriteArgs<K>): WriteResult<K>;
  /** Every agent with its history, in no particular order. */
  audit(): AgentAudit[];
}

/**
 * Opens the database at `path` (`:memory:` for one that ends with its connection and is always new) as its only owner.
 * Throws {@link ForeignDatabaseError}, {@link DatabaseVersionError}, {@link DatabaseInUseError},
 * {@link DatabaseFullError}, or {@link DatabaseError} when there is no file or it cannot be opened or made. A refused
 * file is not changed.
 */
export function openDatabase(
  path: string,
  { create = false, writesPerCommit = 1, onError = throwUnhandled }: OpenOptions = {},
): LocalDatabase {
  const connection = openOwner(path, create);
  const group = writesPerCommit > 1 ? grouped(connection, writesPerCommit) : undefined;
  const execute = group?.execute ?? createExecute(connection);
  return {
    path,
    ...createReads(connection),
    execute,
    write<K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>> {
      try {
        return ready(execute(name, args));
      } catch (error) {
        return failed(asDatabaseError(error, path, name));
      }
    },
    send(name, ...args) {
      try {
        execute(name, args);
      } catch (error) {
        onError(asDatabaseError(error, path, name));
      }
    },
    audit: () => auditConnection(connection),
    close: () => {
      const lost = connection.open ? group?.lost() : undefined;
      try {
        if (connection.inTransaction) connection.exec("COMMIT");
        closeOwner(connection);
      } catch (error) {
        throw asDatabaseError(error, path, "committing");
      }
      if (lost !== undefined) throw lost;
    },
  };
}

interface Group {
  readonly execute: Execute;
  /** Why writes that had succeeded were lost, if they were. No write succeeds then. */
  lost(): DatabaseError | undefined;
}

/** Executes writes on `connection`, `size` of them in a transaction. The last transaction stays open. */
function grouped(connection: Connection, size: number): Group {
  const execute = createExecute(connection);
  const begin = connection.prepare("BEGIN IMMEDIATE");
  const commit = connection.prepare("COMMIT");
  let written = 0;
  let reason: DatabaseError | undefined;
  // After a full disk or an I/O error, also of a read, SQLite rolls back the whole transaction, not only the statement.
  const rolledBack = (): boolean => written > 0 && !connection.inTransaction;
  const lost = (): DatabaseError | undefined => {
    if (rolledBack())
      reason ??= new DatabaseError(
        `${connection.name}: the last ${written} writes were rolled back: the disk is full, or it fails`,
      );
    return reason;
  };
  return {
    lost,
    execute: (name, args) => {
      const why = lost();
      if (why !== undefined) throw why;
      try {
        if (written === size) {
          commit.run();
          written = 0;
        }
        if (written === 0) begin.run();
        written++;
        return execute(name, args);
      } catch (error) {
        const failure = asDatabaseError(error, connection.name, name);
        if (rolledBack()) reason = failure;
        throw failure;
      }
    },
  };
}
