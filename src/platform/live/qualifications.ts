/**
 * Decides which workers are admitted: those who meet the requirements of the task and have passed its onboarding, if it
 * has one. Names and comparators are Mephisto's, so that a task's requirements can be used unchanged.
 */
import type { Database } from "../db/index.js";
import { REFUSALS } from "./refusals.js";

/** The qualification that holds the result of an onboarding: 1 passed, 0 failed. */
export const ONBOARDING_QUALIFICATION = "onboarding-passed";

/** A condition on a qualification of the worker. A worker without the qualification meets only `DoesNotExist`. */
export type Requirement =
  | { readonly name: string; readonly comparator: "Exists" | "DoesNotExist" }
  | { readonly name: string; readonly comparator: keyof typeof ORDERINGS; readonly value: number }
  | { readonly name: string; readonly comparator: "In" | "NotIn"; readonly value: readonly number[] };

const ORDERINGS = {
  EqualTo: (held: number, asked: number) => held === asked,
  NotEqualTo: (held: number, asked: number) => held !== asked,
  GreaterThan: (held: number, asked: number) => held > asked,
  GreaterThanOrEqualTo: (held: number, asked: number) => held >= asked,
  LessThan: (held: number, asked: number) => held < asked,
  LessThanOrEqualTo: (held: number, asked: number) => held <= asked,
};

/** The decision about a worker who registers. */
export type AdmissionDecision =
  | { readonly admission: "unit" | "onboarding" }
  /** `reason` is for the worker. */
  | { readonly admission: "refused"; readonly reason: string };

/** Decides by the qualifications that the worker has now. Requirements come first, so that no onboarding is in vain. */
export function decideAdmission(
  db: Database,
  workerId: string,
  requirements: readonly Requirement[],
  hasOnboarding: boolean,
): AdmissionDecision {
  if (requirements.length === 0 && !hasOnboarding) return { admission: "unit" };
  const held = new Map(
    db.qualificationsOfWorker(workerId).map(({ qualificationName, value }) => [qualificationName, value]),
  );
  const unmet = requirements.find((requirement) => !isMet(requirement, held.get(requirement.name)));
  if (unmet !== undefined)
    return { admission: "refused", reason: `${REFUSALS.notQualified}: the task asks for ${formatRequirement(unmet)}` };
  const onboarded = hasOnboarding ? held.get(ONBOARDING_QUALIFICATION) : 1;
  if (onboarded === undefined) return { admission: "onboarding" };
  return onboarded > 0 ? { admission: "unit" } : { admission: "refused", reason: REFUSALS.notQualified };
}

function isMet(requirement: Requirement, held: number | undefined): boolean {
  switch (requirement.comparator) {
    case "Exists":
      return held !== undefined;
    case "DoesNotExist":
      return held === undefined;
    case "In":
      return held !== undefined && requirement.value.includes(held);
    case "NotIn":
      return held !== undefined && !requirement.value.includes(held);
    default:
      return held !== undefined && ORDERINGS[requirement.comparator](held, requirement.value);
  }
}

function formatRequirement(requirement: Requirement): string {
  const { name, comparator } = requirement;
  return "value" in requirement ? `${name} ${comparator} ${requirement.value.toString()}` : `${name} ${comparator}`;
}
