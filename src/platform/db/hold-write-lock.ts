/** Locks the database as another writing program would: for fault injection, and for tests. */
import Sqlite from "better-sqlite3";
import { asDatabaseError } from "./database-errors.js";

/**
 * Takes the write lock of the database at `path`; writers wait until the returned function releases it (a second call
 * does nothing). Blocks during a transaction of another connection. Throws {@link DatabaseError} when it cannot be
 * taken.
 */
export function holdWriteLock(path: string): () => void {
  let connection: Sqlite.Database | undefined;
  try {
    const held = (connection = new Sqlite(path, { fileMustExist: true }));
    held.exec("BEGIN IMMEDIATE");
    return () => {
      if (!held.open) return;
      held.exec("ROLLBACK");
      held.close();
    };
  } catch (error) {
    connection?.close();
    throw asDatabaseError(error, path, "taking the write lock");
  }
}
