/**
 * The database of a target, read beside the run and never written: Mephisto's `database.db`, or the run.db of a
 * platform of ours. Ids are read as text: they exceed what a number holds.
 */
import Sqlite from "better-sqlite3";
import { requireNativeModule } from "../../platform/db/index.js";
import { whySystemFailed } from "../../vocabulary/index.js";
import type { OutsideRow } from "../check/index.js";
import { TargetError } from "./target-error.js";

/**
 * How long the read at the end waits for a writer, ms. A read is short: the platform's writers may have to wait for it.
 */
const BUSY_TIMEOUT_MS = 5000;
/** How long a poll in the middle of a run does, ms. */
const POLL_TIMEOUT_MS = 100;
const TABLES = ["workers", "agents", "onboarding_agents"] as const;
/** What the ids of onboarding agents begin with, as clients know them. */
const ONBOARDING = "onboarding_";
/** What sandbox providers append to a worker's name. */
const SANDBOX = "_sandbox";

interface Row {
  readonly agentId: string;
  readonly status: string;
  readonly unitId: string | null;
  readonly workerName: string;
  readonly submits: number | null;
}

export class TargetDatabase {
  readonly #connection: Sqlite.Database;
  readonly #agents: Sqlite.Statement<[string, string], Row>;
  readonly #onboardingAgents: Sqlite.Statement<[string, string], Row>;
  readonly #statuses: Sqlite.Statement<[string, string, string, string], Pick<Row, "agentId" | "status">>;

  /** @throws {TargetError} when there is none at `path`, or it is another program's */
  constructor(path: string) {
    this.#connection = openReadOnly(path);
    try {
      // SQLite reads the file only now.
      const tables = this.#connection.prepare<[], { name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table'",
      );
      const names = new Set(tables.all().map(({ name }) => name));
      const missing = TABLES.find((table) => !names.has(table));
      if (missing !== undefined)
        throw new TargetError(
          `${path}: expected Mephisto's database.db or a run.db, got a database without the table ${missing}`,
        );
      // Only ours has what was submitted as rows.
      const hasState = names.has("agent_state");
      this.#agents = this.#connection.prepare(queryOf("agents", "agent_id", "unit_id", hasState ? "main" : undefined));
      this.#onboardingAgents = this.#connection.prepare(
        queryOf("onboarding_agents", "onboarding_agent_id", undefined, hasState ? "onboarding" : undefined),
      );
      this.#statuses = this.#connection.prepare(
        `${statusQueryOf("agents", "CAST(a.agent_id AS TEXT)")} UNION ALL
         ${statusQueryOf("onboarding_agents", `'${ONBOARDING}' || a.onboarding_agent_id`)}`,
      );
    } catch (error) {
      this.#connection.close();
      throw error instanceof TargetError ? error : unreadable(path, error);
    }
  }

  /**
   * The agents of those workers whose names begin with `prefix`, in one state of the database.
   * @throws {TargetError} when a writer holds it for too long
   */
  rows(prefix: string): OutsideRow[] {
    try {
      return this.#connection.transaction(() => [
        ...this.#agents.all(prefix, prefix).map((row) => rowOf(row, false)),
        ...this.#onboardingAgents.all(prefix, prefix).map((row) => rowOf(row, true)),
      ])();
    } catch (error) {
      throw unreadable(this.#connection.name, error);
    }
  }

  /** Their statuses alone, for a poll while the run goes on; undefined when the database cannot be read now. */
  statuses(prefix: string): Pick<OutsideRow, "agentId" | "status">[] | undefined {
    try {
      this.#connection.pragma(`busy_timeout = ${POLL_TIMEOUT_MS}`);
      return this.#statuses.all(prefix, prefix, prefix, prefix);
    } catch {
      return undefined;
    } finally {
      this.#connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }

  close(): void {
    this.#connection.close();
  }
}

function openReadOnly(path: string): Sqlite.Database {
  requireNativeModule();
  try {
    return new Sqlite(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw unreadable(path, error);
  }
}

function queryOf(table: string, id: string, unit: string | undefined, stateOf: string | undefined): string {
  const submits =
    stateOf === undefined
      ? "NULL"
      : `(SELECT count(*) FROM agent_state s WHERE s.agent_id = a.${id} AND s.agent_type = '${stateOf}' AND s.kind = 'submit')`;
  return `SELECT CAST(a.${id} AS TEXT) AS agentId, a.status AS status, w.worker_name AS workerName,
                 ${unit === undefined ? "NULL" : `CAST(a.${unit} AS TEXT)`} AS unitId, ${submits} AS submits
          FROM ${table} a JOIN workers w ON w.worker_id = a.worker_id
          WHERE substr(w.worker_name, 1, length(?)) = ?`;
}

function statusQueryOf(table: string, id: string): string {
  return `SELECT ${id} AS agentId, a.status AS status
          FROM ${table} a JOIN workers w ON w.worker_id = a.worker_id
          WHERE substr(w.worker_name, 1, length(?)) = ?`;
}

function rowOf({ agentId, status, unitId, workerName, submits }: Row, isOnboarding: boolean): OutsideRow {
  return {
    agentId: isOnboarding ? ONBOARDING + agentId : agentId,
    isOnboarding,
    workerName: workerName.endsWith(SANDBOX) ? workerName.slice(0, -SANDBOX.length) : workerName,
    status,
    unitId,
    ...(submits !== null && { hasSubmit: submits > 0 }),
  };
}

function unreadable(path: string, error: unknown): TargetError {
  const { code = "" } = error as { code?: string };
  const why =
    code === "SQLITE_NOTADB"
      ? "expected an SQLite database, got something else"
      : code === "SQLITE_CANTOPEN" || /directory does not exist/.test(String(error))
        ? "there is no such database"
        : code.startsWith("SQLITE_BUSY")
          ? `a writer has held it for ${BUSY_TIMEOUT_MS} ms`
          : whySystemFailed(error);
  return new TargetError(`cannot read ${path}: ${why}`, { cause: error });
}
