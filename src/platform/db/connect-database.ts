/**
 * A thread's database beside the writer thread: its own connection for reads, and a client of the writer for writes.
 */
import type { Wait } from "../sync/index.js";
import { openReader } from "./connection.js";
import { throwUnhandled, type Database, type DatabaseOptions } from "./database.js";
import type { DatabaseConnection } from "./protocol.js";
import type { WriteArgs, WriteName, WriteResult } from "./reads-and-writes.js";
import { createReads } from "./reads.js";
import { WriteClient } from "./write-client.js";

/** A database whose writes the writer thread executes. */
export interface ConnectedDatabase extends Database {
  /**
   * Sends pending writes and resumes the code that waits for outcomes which have arrived, without the event loop.
   * Returns whether there was any. A thread that parks calls it before parking, after it has read its doorbell.
   */
  poll(): boolean;
}

/**
 * Connects this thread to the database by a connection from {@link WriterHandle.connect}. Throws {@link DatabaseError}
 * when the file cannot be read.
 *
 * The writes of one synchronous stretch go to the writer together. While a write has no outcome, the connection keeps
 * the thread alive. If the writer stops, every wait fails with a {@link DatabaseError} that says why, with one
 * exception: when the writer runs out of memory, the thread that started it has to notice that, and cannot while it is
 * blocked. Code on that thread that must not hang waits without blocking.
 */
export function connectDatabase(
  connection: DatabaseConnection,
  { onError = throwUnhandled }: DatabaseOptions = {},
): ConnectedDatabase {
  const { path } = connection;
  const reader = openReader(path);
  const client = new WriteClient(connection, onError);
  return {
    path,
    ...createReads(reader),
    // The writer answers a write with the result of its name.
    write: <K extends WriteName>(name: K, ...args: WriteArgs<K>) => client.write(name, args) as Wait<WriteResult<K>>,
    send: (name, ...args) => client.send(name, args),
    poll: () => client.poll(),
    close() {
      if (!reader.open) return;
      client.close();
      reader.close();
    },
  };
}
