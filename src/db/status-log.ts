/** Following the statuses of a run that goes on: what was committed since the last look, through a connection of its own. */
import { openReader } from "./connection.js";
import { asDatabaseError } from "./errors.js";
import type { AgentType } from "./rows.js";
import type { AgentStatus } from "./statuses.js";

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
  close(): void;
}

/** Opens the database at `path`, which may be in use, for reading. Throws {@link DatabaseError} when it cannot be opened. */
export function openStatusLog(path: string): StatusLog {
  const connection = openReader(path);
  const changes = connection.prepare<[number], StatusEntry & { seq: number }>(
    "SELECT seq, agent_type AS agentType, old_status AS 'from', new_status AS 'to', at FROM status_changes WHERE seq > ? ORDER BY seq",
  );
  const made = {
    main: connection.prepare<[number], { seq: number; at: number }>("SELECT agent_id AS seq, created_at AS at FROM agents WHERE agent_id > ? ORDER BY agent_id"),
    onboarding: connection.prepare<[number], { seq: number; at: number }>(
      "SELECT onboarding_agent_id AS seq, created_at AS at FROM onboarding_agents WHERE onboarding_agent_id > ? ORDER BY onboarding_agent_id",
    ),
  };
  let seen = { changes: 0, main: 0, onboarding: 0 };
  // One transaction is one state of the database: no change is seen whose agent is not.
  const look = connection.transaction((): StatusEntry[] => {
    const entries: StatusEntry[] = [];
    const last = { ...seen };
    for (const agentType of ["main", "onboarding"] as const) {
      for (const { seq, at } of made[agentType].iterate(seen[agentType])) {
        last[agentType] = seq;
        entries.push({ agentType, from: null, to: "none", at });
      }
    }
    for (const { seq, ...entry } of changes.iterate(seen.changes)) {
      last.changes = seq;
      entries.push(entry);
    }
    // Only now: of a look that failed half-way nothing has been seen.
    seen = last;
    return entries;
  });
  return {
    read() {
      try {
        return look();
      } catch (error) {
        throw asDatabaseError(error, path, "following the statuses");
      }
    },
    close: () => connection.close(),
  };
}
