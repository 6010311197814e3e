/** The SQL of a worker's whole lifecycle as bare statements in batches: the floor of the model. */
import Sqlite from "better-sqlite3";
import { shortUpdate } from "./live-update.js";

/** A database whose task run has a unit for each worker. */
export interface RawLifecycle {
  /** Executes the lifecycles of workers, `batch` in a transaction. */
  run(workers: number, batch: number): void;
  close(): void;
}

const UNIT_COLUMNS = "unit_id, assignment_id, task_run_id, task_id, task_type";

export function openRawLifecycle(path: string, taskRunId: string, updates: number): RawLifecycle {
  const connection = new Sqlite(path);
  for (const pragma of ["journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"]) connection.pragma(pragma);
  const insertWorker = connection.prepare("INSERT INTO workers (worker_name, provider_type) VALUES (?, 'simulated')");
  const insertOnboarding = connection.prepare(
    `INSERT INTO onboarding_agents (status, worker_id, created_at, updated_at, task_run_id, task_id, task_type)
     SELECT 'none', ?, 1, 1, task_run_id, task_id, task_type FROM task_runs WHERE task_run_id = ?`,
  );
  const setOnboarding = connection.prepare(
    "UPDATE onboarding_agents SET status = ?, updated_at = 1 WHERE onboarding_agent_id = ?",
  );
  const reserve = connection.prepare<unknown[], { unit_id: number }>(
    `UPDATE units SET status = 'assigned', worker_id = ? WHERE unit_id = (
       SELECT unit_id FROM units WHERE task_run_id = ? AND status = 'launched' LIMIT 1) RETURNING unit_id`,
  );
  const insertAgent = connection.prepare(
    `INSERT INTO agents (status, worker_id, provider_type, created_at, updated_at, ${UNIT_COLUMNS})
     SELECT 'none', ?, 'simulated', 1, 1, ${UNIT_COLUMNS} FROM units WHERE unit_id = ?`,
  );
  const giveUnit = connection.prepare("UPDATE units SET agent_id = ? WHERE unit_id = ?");
  const setAgent = connection.prepare("UPDATE agents SET status = ?, updated_at = 1 WHERE agent_id = ?");
  const insertState = connection.prepare(
    "INSERT INTO agent_state (agent_type, agent_id, kind, data, at) VALUES (?, ?, ?, ?, 1)",
  );
  let started = 0;

  const lifecycle = (): void => {
    const workerId = insertWorker.run(`raw-${++started}`).lastInsertRowid;
    const onboardingId = insertOnboarding.run(workerId, taskRunId).lastInsertRowid;
    setOnboarding.run("onboarding", onboardingId);
    insertState.run("onboarding", onboardingId, "submit", '{"answer":"right"}');
    setOnboarding.run("approved", onboardingId);
    const unitId = reserve.get(workerId, taskRunId)?.unit_id;
    const agentId = insertAgent.run(workerId, unitId).lastInsertRowid;
    giveUnit.run(agentId, unitId);
    setAgent.run("accepted", agentId);
    setAgent.run("in task", agentId);
    for (let update = 0; update < updates; update++)
      insertState.run("main", agentId, "update", JSON.stringify(shortUpdate(`${started}-${update}`)));
    insertState.run("main", agentId, "submit", '{"answer":"done"}');
    setAgent.run("completed", agentId);
    setAgent.run("approved", agentId);
  };

  return {
    run(workers, batch) {
      for (let done = 0; done < workers; done += batch) {
        connection
          .transaction(() => {
            for (let n = 0; n < batch; n++) lifecycle();
          })
          .immediate();
      }
    },
    close: () => connection.close(),
  };
}
