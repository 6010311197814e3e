/**
 * A database whose writes this thread executes itself, at once, each in a transaction of its own: for a program of one thread,
 * the conformance runner, tests and the virtual engine.
 */
import { failed, ready, type Wait } from "../sync/index.js";
import { openOwner } from "./connection.js";
import { throwUnhandled, type Database, type DatabaseOptions } from "./database.js";
import { asDatabaseError } from "./errors.js";
import type { WriteArgs, WriteName, WriteResult } from "./operations.js";
import { createReads } from "./reads.js";
import { createExecute } from "./writes.js";

export interface OpenOptions extends DatabaseOptions {
  /** Make the database when there is no file at the path. Without it a missing file is an error. */
  create?: boolean;
}

/**
 * Opens the database at `path` (`:memory:` for one that ends with its connection and is always new) as its only owner.
 * Throws {@link ForeignDatabaseError}, {@link DatabaseVersionError}, {@link DatabaseInUseError}, {@link DatabaseFullError}, or
 * {@link DatabaseError} when there is no file or it cannot be opened or made; a file that it refuses keeps its content.
 */
export function openDatabase(path: string, { create = false, onError = throwUnhandled }: OpenOptions = {}): Database {
  const connection = openOwner(path, create);
  const execute = createExecute(connection);
  return {
    path,
    ...createReads(connection),
    write<K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>> {
      try {
        return ready(execute(name, args));
      } catch (error) {
        return failed(error);
      }
    },
    send(name, ...args) {
      try {
        execute(name, args);
      } catch (error) {
        onError(asDatabaseError(error, path, name));
      }
    },
    close: () => {
      connection.close();
    },
  };
}
