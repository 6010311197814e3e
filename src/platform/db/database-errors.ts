/**
 * The errors of a database. Each message says in one line what is wrong, where, and what would be right.
 * The error of SQLite is the `cause`.
 */
import Sqlite from "better-sqlite3";
import { messageOf } from "../../vocabulary/index.js";

/** The database could not be opened, or a read or write failed. */
export class DatabaseError extends Error {
  override name = "DatabaseError";
}

/** The file is a database of this program with an unknown schema version. */
export class DatabaseVersionError extends DatabaseError {
  override name = "DatabaseVersionError";
}

/** The file is not a database, or a database of another program. */
export class ForeignDatabaseError extends DatabaseError {
  override name = "ForeignDatabaseError";
}

/** Another process, or another connection of this process, has the database open. */
export class DatabaseInUseError extends DatabaseError {
  override name = "DatabaseInUseError";
}

/** The disk is full. Writes without an acknowledgement were not written; acknowledged writes are intact. */
export class DatabaseFullError extends DatabaseError {
  override name = "DatabaseFullError";
}

/**
 * The domain error for an `error` that was thrown during `what` on the database at `path`.
 * A {@link DatabaseError} is returned as it is.
 */
export function asDatabaseError(error: unknown, path: string, what: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const cause = { cause: error };
  const message = messageOf(error);
  if (!(error instanceof Sqlite.SqliteError)) return new DatabaseError(`${path}: ${what} failed: ${message}`, cause);

  // Extended codes such as SQLITE_BUSY_RECOVERY are more specific than needed, so they are matched by their prefix.
  const is = (family: string): boolean => error.code === family || error.code.startsWith(`${family}_`);
  if (is("SQLITE_BUSY") || is("SQLITE_LOCKED")) {
    return new DatabaseInUseError(
      `${path}: the database is in use; wait until the run or program that has it open ends, or choose another path`,
      cause,
    );
  }
  if (is("SQLITE_FULL")) {
    return new DatabaseFullError(
      `${path}: ${what} failed: the disk is full; free some space on it or choose another directory`,
      cause,
    );
  }
  if (is("SQLITE_IOERR")) {
    return new DatabaseError(
      `${path}: ${what} failed: the disk is full, or it fails (${message}, ${error.code})`,
      cause,
    );
  }
  if (is("SQLITE_NOTADB")) return foreign(path, error);
  if (is("SQLITE_CORRUPT"))
    return new DatabaseError(`${path}: ${what} failed: the database is damaged (${message})`, cause);
  if (is("SQLITE_CANTOPEN") || is("SQLITE_READONLY") || is("SQLITE_PERM")) {
    return new DatabaseError(
      `${path}: ${what} failed: the file and its directory must be there and writable (${message})`,
      cause,
    );
  }
  return new DatabaseError(`${path}: ${what} failed: ${message}`, cause);
}

/** The database at `path` was closed by the thread that uses it. */
export function closed(path: string): DatabaseError {
  return new DatabaseError(`${path}: the database is closed`);
}

/** The file at `path` is not a database, or one of another program. */
export function foreign(path: string, cause?: unknown): ForeignDatabaseError {
  return new ForeignDatabaseError(
    `${path}: not a database of crowdstorm; give the run.db of a run, or a path where no file is`,
    { cause },
  );
}
