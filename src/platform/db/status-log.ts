/**
 * Following the statuses of a run that goes on: what was committed since the last look. Each look has a connection of its own, so that
 * none is in the way when the run's database is closed.
 */
import { openReader, type Connection } from "./connection.js";
import { asDatabaseError } from "./database-errors.js";
import type { AgentType } from "./rows.js";
import type { AgentStatus } from "../../vocabulary/index.js";

/** An agent came to a status. */
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

  const look = (connection: Connection): StatusEntry[] => {
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
    // Only now: of a look that failed half-way nothing has been seen.
    seen = last;
    return entries;
  };

  return {
    read() {
      let connection: Connection | undefined;
      try {
        connection = openReader(path);
        // One transaction is one state of the database: no change is seen whose agent is not.
        return connection.transaction(look)(connection);
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
    "SELECT onboarding_agent_id AS seq, created_at AS at FROM onboarding_agents WHERE onboarding_agent_id > ? ORDER BY onboarding_agent_id",
};
const CHANGED =
  "SELECT seq, agent_type AS agentType, old_status AS 'from', new_status AS 'to', at FROM status_changes WHERE seq > ? ORDER BY seq";
