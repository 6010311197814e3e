/**
 * The floor of a whole run: what it left in its database is written once more, in the same order, and its messages are
 * encoded and parsed once each, bare, in one thread. The statements are those of a run: insertions, and an update for
 * each change of a status.
 */
import Sqlite from "better-sqlite3";
import { join } from "node:path";
import { getOrCreate } from "../vocabulary/index.js";
import { inDirectory } from "./platform.js";

/** Statements in a transaction: those of about ten workers. */
const BATCH = 250;

/** A row of the run's database by the names of its columns. */
type Row = Readonly<Record<string, unknown>>;

/** A message, a statement, or both: then the message's text is the first value of the statement. */
interface Operation {
  readonly message?: unknown;
  readonly statement?: { readonly sql: string; readonly values: unknown[] };
}

/** Its values are given as one list. */
type BareStatement = Sqlite.Statement<[unknown[]]>;

/** What a run wrote and sent, in its order. */
export interface RecordedRun {
  /** The statements that create the tables, with their indexes and triggers. */
  readonly schema: readonly string[];
  readonly operations: readonly Operation[];
}

/**
 * Does what a run did, bare, twice; the second time counts, as the first one is for V8 to compile the code. Returns the
 * CPU time of this process, ms.
 * @param path the database of the finished run, of this commit or another one with the same tables
 * @throws SqliteError when the database has other tables
 */
export function costOfBareRun(path: string): Promise<number> {
  const recorded = readRecordedRun(path);
  return inDirectory((directory) => {
    replayBare(recorded, join(directory, "warm-up.db"));
    return replayBare(recorded, join(directory, "bare.db"));
  });
}

/** Reads the database of a finished run. */
export function readRecordedRun(path: string): RecordedRun {
  const database = new Sqlite(path, { readonly: true });
  try {
    const rows = (sql: string): Row[] => database.prepare<[], Row>(sql).all();
    const schema = rows("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
    const timed = HISTORY.flatMap(({ sql, operations }) =>
      rows(sql).map(({ at_ms: atMs, ...row }) => ({ atMs: Number(atMs), operations: operations(row) })),
    );
    // The order of equal times stays that of the list.
    timed.sort((a, b) => a.atMs - b.atMs);
    return { schema: schema.map(({ sql }) => String(sql)), operations: timed.flatMap(({ operations }) => operations) };
  } finally {
    database.close();
  }
}

/** Writes to a new database at `path`. Returns the CPU time of this process, ms. */
export function replayBare({ schema, operations }: RecordedRun, path: string): number {
  const connection = new Sqlite(path);
  try {
    for (const pragma of ["journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"]) connection.pragma(pragma);
    for (const sql of schema) connection.exec(sql);
    const prepared = new Map<string, BareStatement>();
    const steps = operations.map(({ message, statement }) => ({
      message,
      values: statement?.values ?? [],
      statement:
        statement && getOrCreate(prepared, statement.sql, () => connection.prepare<[unknown[]]>(statement.sql)),
    }));
    const cpuBefore = process.cpuUsage();
    for (let done = 0; done < steps.length; done += BATCH) {
      connection.transaction(() => {
        for (const { message, statement, values } of steps.slice(done, done + BATCH)) {
          if (message === undefined) statement?.run(values);
          else {
            const text = JSON.stringify(message);
            JSON.parse(text);
            statement?.run([text, ...values]);
          }
        }
      })();
    }
    const { user, system } = process.cpuUsage(cpuBefore);
    return (user + system) / 1000;
  } finally {
    connection.close();
  }
}

/** The rows of a run with their times `at_ms`, and what was written and sent for each. */
const HISTORY: readonly { readonly sql: string; readonly operations: (row: Row) => Operation[] }[] = [
  ...["tasks", "task_runs", "assignments", "qualifications"].map((table) => ({
    sql: `SELECT *, 0 AS at_ms FROM ${table}`,
    operations: (row: Row) => [insertion(table, row)],
  })),
  {
    sql: "SELECT *, 0 AS at_ms FROM units",
    operations: (unit) => [insertion("units", { ...unit, agent_id: null, worker_id: null, status: "launched" })],
  },
  {
    sql: `SELECT workers.*, min(created_at) AS at_ms FROM workers JOIN (
      SELECT worker_id, created_at FROM onboarding_agents UNION ALL SELECT worker_id, created_at FROM agents
    ) USING (worker_id) GROUP BY worker_id`,
    operations: (worker) => [insertion("workers", worker)],
  },
  {
    sql: "SELECT *, created_at AS at_ms FROM onboarding_agents",
    operations: (agent) => [...registration(agent), insertion("onboarding_agents", { ...agent, status: "none" })],
  },
  {
    sql: "SELECT *, created_at AS at_ms FROM agents",
    operations: (agent) => [
      ...registration(agent),
      update("UPDATE units SET status = 'assigned', worker_id = ? WHERE unit_id = ?", agent, "worker_id", "unit_id"),
      insertion("agents", { ...agent, status: "none" }),
      update("UPDATE units SET agent_id = ? WHERE unit_id = ?", agent, "agent_id", "unit_id"),
    ],
  },
  {
    sql: `SELECT granted_qualifications.*, max(updated_at) AS at_ms FROM granted_qualifications
      JOIN onboarding_agents USING (worker_id) GROUP BY worker_id, qualification_id`,
    operations: (granted) => [insertion("granted_qualifications", granted)],
  },
  {
    sql: "SELECT *, at AS at_ms FROM agent_state",
    operations: ({ data, ...state }) => [
      {
        message: JSON.parse(String(data)) as unknown,
        statement: {
          sql: "INSERT INTO agent_state (data, agent_type, agent_id, kind, at) VALUES (?, ?, ?, ?, ?)",
          values: [state["agent_type"], state["agent_id"], state["kind"], state["at"]],
        },
      },
    ],
  },
  ...(["agents", "onboarding_agents"] as const).map((table) => {
    const [type, id] = table === "agents" ? ["main", "agent_id"] : ["onboarding", "onboarding_agent_id"];
    return {
      sql: `SELECT status_changes.*, max(at, created_at) AS at_ms FROM status_changes
        JOIN ${table} ON ${table}.${id} = status_changes.agent_id WHERE agent_type = '${type}' ORDER BY seq`,
      operations: ({ agent_id, new_status, at }: Row): Operation[] => [
        statement(`UPDATE ${table} SET status = ?, updated_at = ? WHERE ${id} = ?`, [new_status, at, agent_id]),
        packet("update_status", agent_id, { status: new_status }),
      ],
    };
  }),
  {
    // The last agent of a unit keeps it when the work is complete. The unit of any other agent is free again.
    sql: `SELECT units.status, agents.unit_id, max(agents.updated_at) AS at_ms FROM agents
      JOIN units USING (agent_id) GROUP BY agents.agent_id`,
    operations: (unit) => [update("UPDATE units SET status = ? WHERE unit_id = ?", unit, "status", "unit_id")],
  },
  {
    sql: `SELECT agents.unit_id, agents.agent_id, max(agents.updated_at, agents.created_at) AS at_ms FROM agents
      LEFT JOIN units USING (agent_id) WHERE units.unit_id IS NULL`,
    operations: (unit) => [
      update(
        "UPDATE units SET status = 'launched', agent_id = NULL, worker_id = NULL WHERE unit_id = ?",
        unit,
        "unit_id",
      ),
    ],
  },
];

function insertion(table: string, row: Row): Operation {
  const columns = Object.keys(row);
  const values = columns.map(() => "?").join(", ");
  return statement(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${values})`, Object.values(row));
}

/** An update with values of these columns of a row. */
function update(sql: string, row: Row, ...columns: string[]): Operation {
  return statement(
    sql,
    columns.map((column) => row[column]),
  );
}

function statement(sql: string, values: unknown[]): Operation {
  return { statement: { sql, values } };
}

/** The request of a worker's client for an agent, and its answer. */
function registration(agent: Row): Operation[] {
  const id = agent["agent_id"] ?? agent["onboarding_agent_id"];
  return [
    packet("register_agent", agent["worker_id"], { worker_name: `worker-${String(agent["worker_id"])}` }),
    packet("agent_details", id, { agent_id: id, task_type: agent["task_type"], status: agent["status"] }),
  ];
}

/** A message of the live run that is not stored: one to or from a client. */
function packet(type: string, subject: unknown, data: object): Operation {
  const times = { client_timestamp: 610_285.38045, server_timestamp: 610_286.077418 };
  return { message: { packet_type: type, subject_id: String(subject), data, ...times } };
}
