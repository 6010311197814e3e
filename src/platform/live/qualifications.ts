/**
 * Who may work: those who meet what the task asks for and have passed its onboarding, if it has one. Names and comparators are
 * Mephisto's, so that a task's requirements can be taken over as they are.
 */
import type { Database } from "../db/index.js";

/** The qualification that says how an onboarding came out: 1 passed, 0 failed. */
export const ONBOARDING_QUALIFICATION = "onboarding-passed";

/** What a worker must hold, or not, to be admitted. One who does not hold the qualification meets `DoesNotExist` alone. */
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

/** What becomes of a worker who asks to work. */
export type AdmissionDecision =
  | { readonly admission: "unit" | "onboarding" }
  /** `reason` is for the worker. */
  | { readonly admission: "refused"; readonly reason: string };

/** Judges a worker by what it holds now. What the task asks for is looked at first: nobody is onboarded in vain. */
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
    return { admission: "refused", reason: `worker is not qualified: the task asks for ${formatRequirement(unmet)}` };
  const onboarded = hasOnboarding ? held.get(ONBOARDING_QUALIFICATION) : 1;
  if (onboarded === undefined) return { admission: "onboarding" };
  return onboarded > 0 ? { admission: "unit" } : { admission: "refused", reason: "worker is not qualified" };
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
