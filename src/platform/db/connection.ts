/**
 * Opening the file: whose it is, which version, who else has it, and the settings every connection needs.
 *
 * Durability: WAL with `synchronous = NORMAL`. A commit hands its pages to the operating system, so what was acknowledged
 * survives the death of the process, by whatever signal. A power cut or a crash of the operating system may lose the last
 * commits before it (those since the last checkpoint); the database stays consistent.
 */
import { existsSync, rmSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { asDatabaseError, DatabaseError, DatabaseVersionError, foreign } from "./database-errors.js";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "./tables.js";

export type Connection = Sqlite.Database;

/** The path of a database that lives in this connection alone. */
export const MEMORY = ":memory:";

/** How long a statement waits for a lock that another program took after we opened, in ms. Our own connections never wait. */
const LOCK_TIMEOUT_MS = 5000;

/**
 * Opens the database at `path` for writing, as its only owner; with `create`, makes it when there is no file.
 * Throws {@link ForeignDatabaseError}, {@link DatabaseVersionError}, {@link DatabaseInUseError}, {@link DatabaseFullError}, or
 * {@link DatabaseError} when there is no file or it cannot be opened. A file that it refuses keeps its content.
 */
export function openOwner(path: string, create: boolean): Connection {
  try {
    if (path === MEMORY) return createTables(new Sqlite(MEMORY));
    if (existsSync(path)) return openExisting(path);
    if (!create)
      throw new DatabaseError(`${path}: there is no database; give the run.db of a run, or open with \`create\``);
    return createFile(path);
  } catch (error) {
    throw asDatabaseError(error, path, "opening");
  }
}

/**
 * Closes an owner's connection, with all that was committed in the one file: it leaves WAL mode, in which even a reader would make
 * files beside it. Throws an error of SQLite when there is no room to move the log into the file.
 */
export function closeOwner(connection: Connection): void {
  if (connection.open && !connection.memory) {
    connection.pragma("wal_checkpoint(TRUNCATE)");
    connection.pragma("busy_timeout = 0");
    try {
      connection.pragma("journal_mode = DELETE");
    } catch {
      // Somebody reads it. What is left in the log, the next owner finds.
    }
  }
  connection.close();
}

/** Opens the database at `path`, which an owner has open, for reading. Throws {@link DatabaseError} when it cannot be opened. */
export function openReader(path: string): Connection {
  try {
    return new Sqlite(path, { readonly: true, fileMustExist: true, timeout: LOCK_TIMEOUT_MS });
  } catch (error) {
    throw asDatabaseError(error, path, "opening");
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
 * Throws unless the file is ours, of our version, and nobody has it open.
 *
 * A WAL connection keeps a shared lock for as long as it lives, and the exclusive locking mode needs that there is none; the
 * kernel drops the locks of a process that died. Between this and the opening somebody else may come: writes then wait for
 * each other and fail as "in use", but nothing is damaged.
 *
 * The file is looked at through SQLite alone. Reading its header with `node:fs` would be simpler and fatal: POSIX drops all
 * locks of a process on a file when the process closes any descriptor of it, so the owner in this process would lose its own.
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

/** Throws unless the database is ours, and of our version. */
export function requireOwnFormat(connection: Connection): void {
  if (connection.pragma("application_id", { simple: true }) !== APPLICATION_ID) throw foreign(connection.name);
  const version = Number(connection.pragma("user_version", { simple: true }));
  if (version === SCHEMA_VERSION) return;
  const maker = version > SCHEMA_VERSION ? "a newer" : "an older";
  throw new DatabaseVersionError(
    `${connection.name}: schema version ${version}, written by ${maker} crowdstorm; this one reads version ${SCHEMA_VERSION}`,
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
  // What a savepoint may have to undo would go to a file beside ours: five times as many calls to write as all else.
  connection.pragma("temp_store = MEMORY");
  // WAL takes its lock at the first read; from here on the next owner sees this one.
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
