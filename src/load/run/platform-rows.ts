/** The rows that a run starts with: its task, its task run, its units, and the qualifications that workers hold. */
import type { Database } from "../../platform/db/index.js";
import { ONBOARDING_QUALIFICATION } from "../../platform/live/index.js";
import { SIMULATED_PROVIDER_TYPE } from "../../platform/model/index.js";
import type { Plan, Scenario } from "../scenario/index.js";
import { block, wait, type Steps } from "../../platform/sync/index.js";
import { workerNameOf } from "../workers/index.js";
import { own } from "../../vocabulary/index.js";

export interface PlatformRows {
  readonly taskRunId: string;
  readonly onboardingQualificationId: string | undefined;
}

/**
 * Makes the rows. There are two units for each worker: a worker that starts over cannot have the same assignment again.
 */
export function createPlatformRows(
  db: Database,
  scenario: Scenario,
  plan: Plan,
  runDir: string,
  workers = plan.workers,
): PlatformRows {
  const { unitsPerAssignment, blueprint, onboarding } = scenario.task;
  return block(
    (function* () {
      const { taskId } = yield* wait(db.write("newTask", { taskName: scenario.name, taskType: blueprint }));
      const { taskRunId } = yield* wait(
        db.write("newTaskRun", { taskId, providerType: SIMULATED_PROVIDER_TYPE, runDir }),
      );
      const assignments = Math.ceil((2 * workers) / unitsPerAssignment);
      yield* wait(
        db.write("newAssignments", { taskRunId, assignments, unitsEach: unitsPerAssignment, status: "launched" }),
      );
      yield* grantPlannedQualifications(db, scenario, plan);
      if (onboarding === undefined) return { taskRunId, onboardingQualificationId: undefined };
      const { qualificationId } = yield* wait(
        db.write("newQualification", { qualificationName: ONBOARDING_QUALIFICATION }),
      );
      return { taskRunId, onboardingQualificationId: qualificationId };
    })(),
  );
}

/** Makes the scenario's qualifications, and the workers that hold any. */
function* grantPlannedQualifications(db: Database, { qualifications }: Scenario, plan: Plan): Steps<void> {
  const names = Object.keys(qualifications);
  if (names.length === 0) return;
  const workers = Array.from({ length: plan.workers }, (_, index) => plan.worker(index));
  for (const qualificationName of names) {
    const { qualificationId } = yield* wait(db.write("newQualification", { qualificationName }));
    const grants = workers.flatMap(({ index, qualifications: held }) => {
      const value = held && own(held, qualificationName);
      return value === undefined ? [] : [{ workerName: workerNameOf(index), value }];
    });
    yield* wait(db.write("grantByName", { qualificationId, providerType: SIMULATED_PROVIDER_TYPE, grants }));
  }
}
