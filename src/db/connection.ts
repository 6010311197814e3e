/**
 * Opening the file: whose it is, which version, who else has it, and the settings every connection needs.
 *
 * Durability: WAL with `synchronous = NORMAL`. A commit hands its pages to the operating system, so what was acknowledged
 * survives the death of the process, by whatever signal. A power cut or a crash of the operating system may lose the last
 * commits before it (those since the last checkpoint); the database stays consistent.
 */
import { closeSync, existsSync, openSync, readSync, rmSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { asDatabaseError, DatabaseError, DatabaseVersionError, ForeignDatabaseError, inUse, notADatabase } from "./errors.js";
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from "./schema.js";

export type Connection = Sqlite.Database;

/** The path of a database that lives in this connection alone. */
export const MEMORY = ":memory:";

/** How long a statement waits for a lock that another program took after we opened, in ms. Our own connections never wait. */
const LOCK_TIMEOUT_MS = 5000;

/**
 * Opens the database at `path` for writing, as its only owner; with `create`, makes it when there is no file.
 * Throws {@link ForeignDatabaseError}, {@link DatabaseVersionError}, {@link DatabaseInUseError}, {@link DatabaseFullError}, or
 * {@link DatabaseError} when there is no file or it cannot be opened. What it refuses it leaves as it was.
 */
export function openOwner(path: string, create: boolean): Connection {
  try {
    if (path === MEMORY) return createTables(new Sqlite(MEMORY));
    if (existsSync(path)) return openExisting(path);
    if (!create) throw new DatabaseError(`${path}: there is no database; give the run.db of a run, or open with \`create\``);
    return createFile(path);
  } catch (error) {
    throw asDatabaseError(error, path, "opening");
  }
}

/** Opens the database at `path`, which an owner has open, for reading. Throws {@link DatabaseError} when it cannot be opened. */
export function openReader(path: string): Connection {
  try {
    checkHeader(path);
    return new Sqlite(path, { readonly: true, fileMustExist: true, timeout: LOCK_TIMEOUT_MS });
  } catch (error) {
    throw asDatabaseError(error, path, "opening");
  }
}

function openExisting(path: string): Connection {
  checkHeader(path);
  checkUnused(path);
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
 * Tells from the header alone whether the file is ours, without SQLite: opening a foreign database, even for reading, may
 * recover its journal or make files beside it. The tables are created before the file becomes WAL, so the header is complete.
 */
function checkHeader(path: string): void {
  const header = Buffer.alloc(100);
  const file = openSync(path, "r");
  try {
    if (readSync(file, header, 0, header.length, 0) < header.length) throw notADatabase(path);
  } finally {
    closeSync(file);
  }
  if (header.toString("latin1", 0, 16) !== "SQLite format 3\0") throw notADatabase(path);
  if (header.readInt32BE(68) !== APPLICATION_ID) {
    throw new ForeignDatabaseError(`${path}: a database of another program; give the run.db of a run, or a path where no file is`);
  }
  const version = header.readInt32BE(60);
  if (version !== SCHEMA_VERSION) {
    const maker = version > SCHEMA_VERSION ? "a newer" : "an older";
    throw new DatabaseVersionError(
      `${path}: schema version ${version}, written by ${maker} crowdstorm; this one reads version ${SCHEMA_VERSION}`,
    );
  }
}

/**
 * Throws when anybody has the database open. A WAL connection keeps a shared lock for as long as it lives, and the exclusive
 * locking mode needs that there is none; the kernel drops the locks of a process that died. Between this and the opening
 * somebody else may come: writes then wait for each other and fail as "in use", but nothing is damaged.
 */
function checkUnused(path: string): void {
  const probe = new Sqlite(path, { fileMustExist: true, timeout: 0 });
  try {
    probe.pragma("locking_mode = EXCLUSIVE");
    probe.exec("BEGIN EXCLUSIVE; ROLLBACK");
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY")) throw inUse(path, error);
    throw error;
  } finally {
    probe.close();
  }
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
