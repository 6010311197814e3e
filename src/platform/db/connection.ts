/**
 * Opens the file: checks its format, its version and its other users, and applies the settings of every connection.
 *
 * Durability: WAL with `synchronous = NORMAL`. A commit passes its pages to the operating system, so acknowledged
 * writes survive the death of the process, by any signal. A power cut or a crash of the operating system may lose the
 * last commits before it (those since the last checkpoint); the database stays consistent.
 */
import { existsSync, rmSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { asDatabaseError, DatabaseError, DatabaseVersionError, foreign } from "./database-errors.js";
import { asNativeModuleError } from "./native-module.js";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "./tables.js";

export type Connection = Sqlite.Database;

/** The path of a database in the memory of one connection. */
export const MEMORY = ":memory:";

/** How long a statement waits for a lock of another program, in ms. Our own connections never wait for each other. */
const LOCK_TIMEOUT_MS = 5000;

/**
 * Opens the database at `path` for writing, as its only owner; with `create`, makes it when there is no file. Throws
 * {@link ForeignDatabaseError}, {@link DatabaseVersionError}, {@link DatabaseInUseError}, {@link DatabaseFullError}, or
 * {@link DatabaseError} when there is no file or it cannot be opened. A refused file is not changed.
 */
export function openOwner(path: string, create: boolean): Connection {
  try {
    if (path === MEMORY) return createTables(new Sqlite(MEMORY));
    if (existsSync(path)) return openExisting(path);
    if (!create)
      throw new DatabaseError(`${path}: no such database; expected the run.db of a run, or the option \`create\``);
    return createFile(path);
  } catch (error) {
    throw asNativeModuleError(error) ?? asDatabaseError(error, path, "opening");
  }
}

/**
 * Closes an owner's connection and leaves everything that was committed in one file: it leaves WAL mode, in which even
 * a reader creates more files. Throws an error of SQLite when there is no space to move the log into the file.
 */
export function closeOwner(connection: Connection): void {
  if (connection.open && !connection.memory) {
    connection.pragma("wal_checkpoint(TRUNCATE)");
    connection.pragma("busy_timeout = 0");
    try {
      connection.pragma("journal_mode = DELETE");
    } catch {
      // It has a reader. The next owner finds the rest of the log.
    }
  }
  connection.close();
}

/** Opens the database at `path`, which an owner has open, for reading. Throws {@link DatabaseError} when that fails. */
export function openReader(path: string): Connection {
  try {
    return new Sqlite(path, { readonly: true, fileMustExist: true, timeout: LOCK_TIMEOUT_MS });
  } catch (error) {
    throw asNativeModuleError(error) ?? asDatabaseError(error, path, "opening");
  }
}

function openExisting(path: string): Connection {
  probe(path);
  const connection = new Sqlite(path, { fileMustExist: true, timeout: LOCK_TIMEOUT_MS });
  return closeOnFailure(connection, () => configure(connection));
}

function createFile(path: string): Connection {
  const connection = new Sqlite(path, { timeout: LOCK_TIMEOUT_MS });
  try {
    return closeOnFailure(connection, () => configure(createTables(connection)));
  } catch (error) {
    for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
    throw error;
  }
}

/**
 * Throws unless the file has our format and version, and no other connection has it open.
 *
 * A WAL connection keeps a shared lock while it is open, and the exclusive locking mode requires that there is none;
 * the kernel releases the locks of a process that died. Another program may open the file between this check and our
 * opening: writes then wait for each other and fail as "in use", but nothing is damaged.
 *
 * The file is read only through SQLite. Reading its header with `node:fs` would be simpler but wrong: POSIX releases
 * all locks of a process on a file when the process closes any descriptor of it, so an owner in this process would lose
 * its lock.
 */
function probe(path: string): void {
  const connection = new Sqlite(path, { fileMustExist: true, timeout: 0 });
  try {
    connection.pragma("locking_mode = EXCLUSIVE");
    requireOwnFormat(connection);
    connection.exec("BEGIN EXCLUSIVE; ROLLBACK");
  } finally {
    connection.close();
  }
}

/** Throws unless the database has our format and version. */
export function requireOwnFormat(connection: Connection): void {
  if (connection.pragma("application_id", { simple: true }) !== APPLICATION_ID) throw foreign(connection.name);
  const version = Number(connection.pragma("user_version", { simple: true }));
  if (version === SCHEMA_VERSION) return;
  const maker = version > SCHEMA_VERSION ? "a newer" : "an older";
  throw new DatabaseVersionError(
    `${connection.name}: schema version ${version}, written by ${maker} crowdstorm; ` +
      `this one reads version ${SCHEMA_VERSION}`,
  );
}

function createTables(connection: Connection): Connection {
  connection.transaction(() => connection.exec(SCHEMA)).exclusive();
  connection.pragma("foreign_keys = ON");
  return connection;
}

function configure(connection: Connection): Connection {
  connection.pragma("journal_mode = WAL");
  connection.pragma("synchronous = NORMAL");
  connection.pragma("foreign_keys = ON");
  // Otherwise the undo data of savepoints goes to a file: five times as many calls to write as everything else.
  connection.pragma("temp_store = MEMORY");
  // WAL takes its lock at the first read; from then on another owner detects this one.
  connection.prepare("SELECT count(*) FROM sqlite_schema").get();
  return connection;
}

function closeOnFailure(connection: Connection, open: () => Connection): Connection {
  try {
    return open();
  } catch (error) {
    connection.close();
    throw error;
  }
}
