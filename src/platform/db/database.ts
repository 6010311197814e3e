/**
 * The database as the model and the live run see it, whoever executes its writes: the caller ({@link openDatabase}) or the
 * writer thread ({@link connectDatabase}).
 */
import type { Wait } from "../sync/index.js";
import type { DatabaseError } from "./database-errors.js";
import type { Reads, WriteArgs, WriteName, WriteResult } from "./reads-and-writes.js";

export interface Database extends Reads {
  /** The file, or `:memory:`. */
  readonly path: string;

  /**
   * Writes. The write is on its way when this returns; the wait ends when it is committed, and fails with a
   * {@link DatabaseError} when it was not. Writes of one thread are executed in the order of their calls.
   * For a write that nobody waits for use {@link Database.send}: the failure of a wait that is never started is lost.
   */
  write<K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>>;

  /**
   * Writes without waiting, in order with the other writes of this thread. A failure is given to `onError` of the options
   * with which the database was opened or connected.
   */
  send<K extends WriteName>(name: K, ...args: WriteArgs<K>): void;

  /** Ends the connection, after everything written was answered. Later reads and writes throw or fail. A second call does nothing. */
  close(): void;
}

/** What every way to a database can be told. */
export interface DatabaseOptions {
  /**
   * Told of each write of {@link Database.send} that failed. Without it such an error is thrown outside of any call, so that it
   * ends the thread as an unhandled rejection does: a lost write must not pass unseen.
   */
  onError?: (error: DatabaseError) => void;
}

/** What `onError` is when none is given. */
export function throwUnhandled(error: DatabaseError): void {
  queueMicrotask(() => {
    throw error;
  });
}
