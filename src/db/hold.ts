/** Holding the database as another program would that writes to it: for injecting the fault, and for tests. */
import Sqlite from "better-sqlite3";
import { asDatabaseError } from "./errors.js";

/**
 * Takes the write lock of the database at `path`; writers wait until the returned function has given it back (calling it again does
 * nothing). Blocks while a transaction is under way. Throws {@link DatabaseError} when it cannot be had.
 */
export function holdWriteLock(path: string): () => void {
  try {
    const connection = new Sqlite(path, { fileMustExist: true });
    connection.exec("BEGIN IMMEDIATE");
    return () => {
      if (!connection.open) return;
      connection.exec("ROLLBACK");
      connection.close();
    };
  } catch (error) {
    throw asDatabaseError(error, path, "taking the write lock");
  }
}
