/** The gate before the task: whether a worker has passed its onboarding, failed it, or has yet to do it. */
import type { Database } from "../db/index.js";

/** The qualification that records it: 1 passed, 0 failed. */
export const ONBOARDING_QUALIFICATION = "onboarding-passed";

export type Judgement = "qualified" | "disqualified" | "unknown";

export function judge(db: Database, workerId: string): Judgement {
  const granted = db.qualificationsOfWorker(workerId).find(({ qualificationName }) => qualificationName === ONBOARDING_QUALIFICATION);
  if (granted === undefined) return "unknown";
  return granted.value > 0 ? "qualified" : "disqualified";
}
