/**
 * The database: its rows are the authoritative state of tasks, units, workers and agents. Reads are synchronous; a
 * write is a `Wait` that ends once it is committed. {@link openDatabase} is for a program of one thread;
 * {@link startWriter} for several threads, each of which calls {@link connectDatabase}.
 */
export { connectDatabase, type ConnectedDatabase } from "./connect-database.js";
export { auditAgents, type AgentAudit } from "./audit.js";
export type { Database, DatabaseOptions } from "./database.js";
export {
  DatabaseError,
  DatabaseFullError,
  DatabaseInUseError,
  DatabaseVersionError,
  ForeignDatabaseError,
  asDatabaseError,
} from "./database-errors.js";
export { requireNativeModule } from "./native-module.js";
export { openDatabase, type LocalDatabase, type OpenOptions } from "./local-database.js";
export { holdWriteLock } from "./hold-write-lock.js";
export type { Reads, WriteArgs, WriteName, WriteResult, Writes } from "./reads-and-writes.js";
export type * from "./rows.js";
export { databaseError, type DatabaseConnection, type Doorbell, type WriterStats } from "./protocol.js";
export { followStatuses, type StatusEntry, type StatusLog } from "./status-log.js";
export { startWriter, type WriterHandle } from "./writer.js";
