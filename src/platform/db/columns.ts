/**
 * The columns of each kind of row, as they are selected: named as in {@link rows}, ids as text.
 */

const id = (column: string, name: string): string => `CAST(${column} AS TEXT) AS ${name}`;

const ofTask = `${id("task_id", "taskId")}, task_type AS taskType`;
const ofTaskRun = `${id("task_run_id", "taskRunId")}, ${ofTask}, provider_type AS providerType`;

export const TASK = `${id("task_id", "taskId")}, task_name AS taskName, task_type AS taskType`;
export const TASK_RUN = `${ofTaskRun}, run_dir AS runDir`;
export const ASSIGNMENT = `${id("assignment_id", "assignmentId")}, ${ofTaskRun}`;
export const UNIT =
  `${id("unit_id", "unitId")}, unit_index AS unitIndex, ${ASSIGNMENT}, ` +
  `${id("agent_id", "agentId")}, ${id("worker_id", "workerId")}, status`;
export const WORKER = `${id("worker_id", "workerId")}, worker_name AS workerName, provider_type AS providerType`;
export const AGENT =
  `${id("agent_id", "agentId")}, status, ${id("worker_id", "workerId")}, ` +
  `${id("unit_id", "unitId")}, ${ASSIGNMENT}`;
export const ONBOARDING_AGENT =
  `${id("onboarding_agent_id", "onboardingAgentId")}, status, ${id("worker_id", "workerId")}, ` +
  `${id("task_run_id", "taskRunId")}, ${ofTask}`;
export const QUALIFICATION = `${id("qualification_id", "qualificationId")}, qualification_name AS qualificationName`;
