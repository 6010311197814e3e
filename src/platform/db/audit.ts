/** Reads the database of a finished run for the checks: every agent with everything that was committed about it. */
import { openReader, requireOwnFormat, type Connection } from "./connection.js";
import { asDatabaseError } from "./database-errors.js";
import type { AgentType } from "./rows.js";
import type { AgentStatus } from "../../vocabulary/index.js";

/** One agent and its history. */
export interface AgentAudit {
  readonly agentType: AgentType;
  readonly agentId: string;
  /** The name of its worker at the crowd provider. */
  readonly workerName: string;
  readonly status: AgentStatus;
  /** The unit it worked on; null for an onboarding agent. */
  readonly unitId: string | null;
  /** Whether the unit is still assigned to it. */
  readonly holdsUnit: boolean;
  /** When its row was made, ms of the writer's clock. */
  readonly createdAt: number;
  /** All statuses that were committed, oldest first, with their times (ms). */
  readonly history: readonly { readonly status: AgentStatus; readonly at: number }[];
  /** How many submits are in its journal. */
  readonly submits: number;
}

/**
 * Every agent in the database at `path`, in no particular order. Throws {@link ForeignDatabaseError},
 * {@link DatabaseVersionError}, or {@link DatabaseError} when it cannot be read.
 */
export function auditAgents(path: string): AgentAudit[] {
  const connection = openReader(path);
  try {
    return auditConnection(connection);
  } finally {
    connection.close();
  }
}

/** As {@link auditAgents}, through an open connection. */
export function auditConnection(connection: Connection): AgentAudit[] {
  try {
    requireOwnFormat(connection);
    const agents = new Map<string, AgentAudit & { history: { status: AgentStatus; at: number }[]; submits: number }>();
    const rows = connection.prepare<[], Omit<AgentAudit, "holdsUnit" | "history" | "submits"> & { holdsUnit: 0 | 1 }>(
      `SELECT 'main' AS agentType, CAST(agents.agent_id AS TEXT) AS agentId,
              worker_name AS workerName, agents.status, CAST(unit_id AS TEXT) AS unitId,
              units.agent_id IS agents.agent_id AND units.status = 'assigned' AS holdsUnit, created_at AS createdAt
       FROM agents JOIN units USING (unit_id) JOIN workers USING (worker_id)
       UNION ALL
       SELECT 'onboarding', CAST(onboarding_agent_id AS TEXT), worker_name, status, NULL, 0, created_at
       FROM onboarding_agents JOIN workers USING (worker_id)`,
    );
    for (const row of rows.iterate()) {
      agents.set(`${row.agentType}/${row.agentId}`, {
        ...row,
        holdsUnit: row.holdsUnit === 1,
        history: [],
        submits: 0,
      });
    }

    const changes = connection.prepare<[], { key: string; status: AgentStatus; at: number }>(
      "SELECT agent_type || '/' || agent_id AS key, new_status AS status, at FROM status_changes ORDER BY seq",
    );
    for (const { key, status, at } of changes.iterate()) agents.get(key)?.history.push({ status, at });

    const submits = connection.prepare<[], { key: string; submits: number }>(
      `SELECT agent_type || '/' || agent_id AS key, count(*) AS submits
       FROM agent_state WHERE kind = 'submit' GROUP BY agent_type, agent_id`,
    );
    for (const { key, submits: count } of submits.iterate()) {
      const agent = agents.get(key);
      if (agent !== undefined) agent.submits = count;
    }
    return [...agents.values()];
  } catch (error) {
    throw asDatabaseError(error, connection.name, "the audit");
  }
}
