/**
 * The database as the model and the live run use it. Its writes are executed by the caller ({@link openDatabase}) or by
 * the writer thread ({@link connectDatabase}).
 */
import type { Wait } from "../sync/index.js";
import type { DatabaseError } from "./database-errors.js";
import type { Reads, WriteArgs, WriteName, WriteResult } from "./reads-and-writes.js";

export interface Database extends Reads {
  /** The file, or `:memory:`. */
  readonly path: string;

  /**
   * Starts a write. The wait ends when it is committed, and fails with a {@link DatabaseError} when it was not. Writes
   * of one thread are executed in the order of their calls. To write without waiting use {@link Database.send}: the
   * failure of a wait that is never started is lost.
   */
  write<K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>>;

  /**
   * Writes without waiting, in order with the other writes of this thread. A failure is given to `onError` of the
   * options with which the database was opened or connected.
   */
  send<K extends WriteName>(name: K, ...args: WriteArgs<K>): void;

  /**
   * Ends the connection after all writes have their outcomes. Later reads and writes fail. A second call does nothing.
   */
  close(): void;
}

/** Options of every kind of database. */
export interface DatabaseOptions {
  /**
   * Called for each write of {@link Database.send} that failed. Without it such an error is thrown outside of any call,
   * so that it ends the thread as an unhandled rejection does: a lost write must not pass unnoticed.
   */
  onError?: (error: DatabaseError) => void;
}

/** The default of `onError`. */
export function throwUnhandled(error: DatabaseError): void {
  queueMicrotask(() => {
    throw error;
  });
}
