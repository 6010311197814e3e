/**
 * A database whose writes this thread executes itself, at once, each in a transaction of its own: for a program of one thread,
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
   * How many writes share a transaction; 1 when left out. With more, what was written last is lost when the process dies: for
   * runs that can be repeated from their seed, which commit a good deal faster so. It is lost as well when the disk fails or is
   * full; all later writes and closing fail then, with the error that says why.
   */
  writesPerCommit?: number;
}

/** A database of this thread alone. */
export interface LocalDatabase extends Database {
  /** As {@link Database.write}, without a wait for what is done already. Throws {@link DatabaseError} when it fails. */
  execute<K extends WriteName>(name: K, args: WriteArgs<K>): WriteResult<K>;
  /** Every agent with all that was written about it, in no particular order. */
  audit(): AgentAudit[];
}

/**
 * Opens the database at `path` (`:memory:` for one that ends with its connection and is always new) as its only owner.
 * Throws {@link ForeignDatabaseError}, {@link DatabaseVersionError}, {@link DatabaseInUseError}, {@link DatabaseFullError}, or
 * {@link DatabaseError} when there is no file or it cannot be opened or made; a file that it refuses keeps its content.
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
  /** Why writes that had succeeded are gone, if they are. No write succeeds then. */
  lost(): DatabaseError | undefined;
}

/** Executes writes on `connection`, `size` of them in a transaction. The last one stays open. */
function grouped(connection: Connection, size: number): Group {
  const execute = createExecute(connection);
  const begin = connection.prepare("BEGIN IMMEDIATE");
  const commit = connection.prepare("COMMIT");
  let written = 0;
  let reason: DatabaseError | undefined;
  // A full disk or an I/O error makes SQLite roll back all of the transaction, not the statement alone; a read can come to that, too.
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
