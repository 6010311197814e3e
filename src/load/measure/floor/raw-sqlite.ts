/** SQLite alone, on the tables and with the settings of a run: the floor of all writes of the project. */
import Sqlite from "better-sqlite3";
import { openDatabase } from "../../../platform/db/index.js";
import { populate } from "./populate.js";

export interface RawSqlite {
  /** Sets the status of agent `n` to the other of two, in a transaction of its own unless one is open. */
  update(n: number): void;
  /** Adds an update to the journal of agent `n`, likewise. */
  append(n: number): void;
  /** Calls `write` in one transaction. */
  batch(write: () => void): void;
  close(): void;
}

/** An update of the same length as those of the benchmarks. */
const UPDATE = JSON.stringify({
  update_id: "8c0c4a7e-100000",
  kind: "message",
  text: "I would like the blue one, if it is still there.",
  sequence: 100_000,
});

/** Makes a database at `path` with agents 1 to `agents`, and opens it without the project. */
export function openRawSqlite(path: string, agents: number): RawSqlite {
  const made = openDatabase(path, { create: true });
  populate(made, agents);
  made.close();
  const connection = new Sqlite(path);
  for (const pragma of ["journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"]) connection.pragma(pragma);
  const statement = connection.prepare(
    "UPDATE agents SET status = iif(status = 'waiting', 'in task', 'waiting'), updated_at = 1 WHERE agent_id = ?",
  );
  const insert = connection.prepare(
    "INSERT INTO agent_state (agent_type, agent_id, kind, data, at) VALUES ('main', ?, 'update', ?, 1)",
  );
  return {
    append: (n) => void insert.run(n, UPDATE),
    update: (n) => void statement.run(n),
    batch: (write) => connection.transaction(write).immediate(),
    close: () => connection.close(),
  };
}
