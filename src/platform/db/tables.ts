/**
 * The tables, as SQL. The file contains the id of this program (`application_id`) and the version of these tables
 * (`user_version`).
 *
 * The columns of a task run (task, types) are copied into the rows of its assignments, units and agents, as Mephisto
 * does: the reads of every `getStatus` then need one row of one table.
 */
import { AGENT_STATUSES, UNIT_STATUSES } from "../../vocabulary/index.js";

/** `crwd` in ASCII, in the file's header: distinguishes it from databases of other programs. */
export const APPLICATION_ID = 0x63727764;

/** The version of the tables below. Increase it with every change of them. */
export const SCHEMA_VERSION = 1;

const oneOf = (column: string, values: readonly string[]): string =>
  `CHECK (${column} IN (${values.map((value) => `'${value}'`).join(", ")}))`;

const agentStatus = `status TEXT NOT NULL ${oneOf("status", AGENT_STATUSES)}`;

/**
 * Triggers keep the history: no statement can change a status without an entry in the same transaction. Only they write
 * it, from checked values, so it has no constraints of its own. It has no index by agent, which would double the cost
 * of a status update, the hottest write, for a read after the run.
 */
const statusHistory = (table: string, idColumn: string, type: string): string => `
CREATE TRIGGER ${table}_status_changes AFTER UPDATE OF status ON ${table} WHEN OLD.status <> NEW.status BEGIN
  INSERT INTO status_changes (agent_type, agent_id, old_status, new_status, at)
  VALUES ('${type}', NEW.${idColumn}, OLD.status, NEW.status, NEW.updated_at);
END;
`;

export const SCHEMA = `
CREATE TABLE tasks (
  task_id INTEGER PRIMARY KEY,
  task_name TEXT NOT NULL UNIQUE,
  task_type TEXT NOT NULL
) STRICT;

CREATE TABLE task_runs (
  task_run_id INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL REFERENCES tasks,
  task_type TEXT NOT NULL,
  provider_type TEXT NOT NULL,
  run_dir TEXT NOT NULL
) STRICT;

CREATE TABLE assignments (
  assignment_id INTEGER PRIMARY KEY,
  task_run_id INTEGER NOT NULL REFERENCES task_runs,
  task_id INTEGER NOT NULL REFERENCES tasks,
  task_type TEXT NOT NULL,
  provider_type TEXT NOT NULL
) STRICT;
CREATE INDEX assignments_by_task_run ON assignments (task_run_id);

CREATE TABLE workers (
  worker_id INTEGER PRIMARY KEY,
  worker_name TEXT NOT NULL,
  provider_type TEXT NOT NULL,
  UNIQUE (worker_name, provider_type)
) STRICT;

CREATE TABLE units (
  unit_id INTEGER PRIMARY KEY,
  unit_index INTEGER NOT NULL,
  assignment_id INTEGER NOT NULL REFERENCES assignments,
  task_run_id INTEGER NOT NULL REFERENCES task_runs,
  task_id INTEGER NOT NULL REFERENCES tasks,
  task_type TEXT NOT NULL,
  provider_type TEXT NOT NULL,
  agent_id INTEGER REFERENCES agents,
  worker_id INTEGER REFERENCES workers,
  status TEXT NOT NULL ${oneOf("status", UNIT_STATUSES)},
  UNIQUE (assignment_id, unit_index)
) STRICT;
CREATE INDEX units_by_task_run ON units (task_run_id);
CREATE INDEX units_to_reserve ON units (task_run_id) WHERE status = 'launched';

CREATE TABLE agents (
  agent_id INTEGER PRIMARY KEY,
  ${agentStatus},
  worker_id INTEGER NOT NULL REFERENCES workers,
  unit_id INTEGER NOT NULL REFERENCES units,
  assignment_id INTEGER NOT NULL REFERENCES assignments,
  task_run_id INTEGER NOT NULL REFERENCES task_runs,
  task_id INTEGER NOT NULL REFERENCES tasks,
  task_type TEXT NOT NULL,
  provider_type TEXT NOT NULL,
  created_at REAL NOT NULL,
  updated_at REAL NOT NULL
) STRICT;
CREATE INDEX agents_by_task_run ON agents (task_run_id);
CREATE INDEX agents_by_worker ON agents (worker_id, assignment_id);

CREATE TABLE onboarding_agents (
  onboarding_agent_id INTEGER PRIMARY KEY,
  ${agentStatus},
  worker_id INTEGER NOT NULL REFERENCES workers,
  task_run_id INTEGER NOT NULL REFERENCES task_runs,
  task_id INTEGER NOT NULL REFERENCES tasks,
  task_type TEXT NOT NULL,
  created_at REAL NOT NULL,
  updated_at REAL NOT NULL
) STRICT;
CREATE INDEX onboarding_agents_by_task_run ON onboarding_agents (task_run_id);

CREATE TABLE agent_state (
  seq INTEGER PRIMARY KEY,
  agent_type TEXT NOT NULL ${oneOf("agent_type", ["main", "onboarding"])},
  agent_id INTEGER NOT NULL,
  kind TEXT NOT NULL ${oneOf("kind", ["update", "submit"])},
  data TEXT NOT NULL,
  at REAL NOT NULL
) STRICT;
CREATE INDEX agent_state_submits ON agent_state (agent_id, agent_type) WHERE kind = 'submit';

CREATE TABLE status_changes (
  seq INTEGER PRIMARY KEY,
  agent_type TEXT NOT NULL,
  agent_id INTEGER NOT NULL,
  old_status TEXT NOT NULL,
  new_status TEXT NOT NULL,
  at REAL NOT NULL
) STRICT;
${statusHistory("agents", "agent_id", "main")}${statusHistory("onboarding_agents", "onboarding_agent_id", "onboarding")}
CREATE TABLE qualifications (
  qualification_id INTEGER PRIMARY KEY,
  qualification_name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE granted_qualifications (
  worker_id INTEGER NOT NULL REFERENCES workers,
  qualification_id INTEGER NOT NULL REFERENCES qualifications,
  value INTEGER NOT NULL,
  PRIMARY KEY (worker_id, qualification_id)
) STRICT, WITHOUT ROWID;

PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;
