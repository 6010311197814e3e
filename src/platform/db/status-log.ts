/**
 * Follows the statuses during a run: the changes that were committed since the last read. Each read opens its own
 * connection, so that none is open when the run's database is closed.
 */
import { openReader, type Connection } from "./connection.js";
import { asDatabaseError } from "./database-errors.js";
import type { AgentType } from "./rows.js";
import type { AgentStatus } from "../../vocabulary/index.js";

/** A status of an agent began. */
export interface StatusEntry {
  readonly agentType: AgentType;
  /** Null when the agent's row was made. */
  readonly from: AgentStatus | null;
  readonly to: AgentStatus;
  /** ms of the writers' clock. */
  readonly at: number;
}

export interface StatusLog {
  /** Every entry that was committed since the last call, in no particular order. Throws {@link DatabaseError}. */
  read(): StatusEntry[];
}

/** Follows the database at `path`, which may be in use. */
export function followStatuses(path: string): StatusLog {
  let seen = { changes: 0, main: 0, onboarding: 0 };

  const readNew = (connection: Connection): StatusEntry[] => {
    const entries: StatusEntry[] = [];
    const last = { ...seen };
    for (const agentType of ["main", "onboarding"] as const) {
      for (const { seq, at } of connection
        .prepare<[number], { seq: number; at: number }>(MADE[agentType])
        .iterate(seen[agentType])) {
        last[agentType] = seq;
        entries.push({ agentType, from: null, to: "none", at });
      }
    }
    for (const { seq, ...entry } of connection
      .prepare<[number], StatusEntry & { seq: number }>(CHANGED)
      .iterate(seen.changes)) {
      last.changes = seq;
      entries.push(entry);
    }
    // Only now: a read that failed half-way is repeated.
    seen = last;
    return entries;
  };

  return {
    read() {
      let connection: Connection | undefined;
      try {
        connection = openReader(path);
        // In one transaction, so that no change is read without its agent.
        return connection.transaction(readNew)(connection);
      } catch (error) {
        throw asDatabaseError(error, path, "following the statuses");
      } finally {
        connection?.close();
      }
    },
  };
}

const MADE = {
  main: "SELECT agent_id AS seq, created_at AS at FROM agents WHERE agent_id > ? ORDER BY agent_id",
  onboarding:
    "SELECT onboarding_agent_id AS seq, created_at AS at FROM onboarding_agents " +
    "WHERE onboarding_agent_id > ? ORDER BY onboarding_agent_id",
};
const CHANGED =
  "SELECT seq, agent_type AS agentType, old_status AS 'from', new_status AS 'to', at " +
  "FROM status_changes WHERE seq > ? ORDER BY seq";
