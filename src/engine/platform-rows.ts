/** The rows a run starts from: its task, its task run, and units to work on. */
import type { Database } from "../db/index.js";
import { ONBOARDING_QUALIFICATION } from "../live/index.js";
import type { Scenario } from "../scenario/index.js";
import { block, wait } from "../sync/index.js";

export interface PlatformRows {
  readonly taskRunId: string;
  readonly onboardingQualificationId: string | undefined;
}

/**
 * Makes the rows. There are two units for each worker: one who comes back after losing its agent may not have the assignment
 * that it had.
 */
export function preparePlatform(db: Database, scenario: Scenario, workers: number, runDir: string): PlatformRows {
  const { unitsPerAssignment, blueprint, onboarding } = scenario.task;
  return block(
    (function* () {
      const { taskId } = yield* wait(db.write("newTask", { taskName: scenario.name, taskType: blueprint }));
      const { taskRunId } = yield* wait(db.write("newTaskRun", { taskId, providerType: "simulated", runDir }));
      const assignments = Math.ceil((2 * workers) / unitsPerAssignment);
      yield* wait(db.write("newAssignments", { taskRunId, assignments, unitsEach: unitsPerAssignment, status: "launched" }));
      if (onboarding === undefined) return { taskRunId, onboardingQualificationId: undefined };
      const { qualificationId } = yield* wait(db.write("newQualification", { qualificationName: ONBOARDING_QUALIFICATION }));
      return { taskRunId, onboardingQualificationId: qualificationId };
    })(),
  );
}
