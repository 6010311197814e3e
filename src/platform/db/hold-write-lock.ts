/** Holding the database as another program would that writes to it: for injecting the fault, and for tests. */
import Sqlite from "better-sqlite3";
import { asDatabaseError } from "./database-errors.js";

/**
 * Takes the write lock of the database at `path`; writers wait until the returned function has given it back (calling it again does
 * nothing). Blocks while a transaction is under way. Throws {@link DatabaseError} when it cannot be had.
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
