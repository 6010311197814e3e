/** The steps of a worker's onboarding or task, each with its time since the start of the phase. */
import { getOrCreate } from "../../vocabulary/index.js";
import type { PlannedAction, TaskPlan, WorkerPlan } from "../scenario/index.js";

/** One step of a phase: a live update, or how the phase ends. */
export type PhaseStep =
  | { readonly kind: "update"; readonly at: number; readonly action: PlannedAction; readonly last: boolean }
  | { readonly kind: "submit" | "return" | "idle"; readonly at: number };

/**
 * Marks the last live update as the end of the live part. A worker without live updates sends one that has only the
 * mark.
 */
function withLastMarked(actions: readonly PlannedAction[], at: number): PhaseStep[] {
  const all = actions.length > 0 ? actions : [{ at, payloadBytes: 0, duplicate: false }];
  return all.map((action, index) => ({ kind: "update", at: action.at, action, last: index === all.length - 1 }));
}

/** What a worker does in its onboarding. */
export function onboardingSteps({ actions, submitAt, leaves }: NonNullable<WorkerPlan["onboarding"]>): PhaseStep[] {
  if (leaves !== undefined) {
    const sent = actions.filter(({ at }) => at < leaves.at);
    return [...sent.map((action): PhaseStep => ({ kind: "update", at: action.at, action, last: false })), leaves];
  }
  return [...withLastMarked(actions, submitAt), { kind: "submit", at: submitAt }];
}

/** What a worker does on its unit. `sendsUpdates`: whether the task takes live updates. */
export function taskSteps({ actions, end }: TaskPlan, sendsUpdates: boolean): PhaseStep[] {
  if (!sendsUpdates) return [end];
  if (end.kind === "submit") return [...withLastMarked(actions, end.at), end];
  return [...actions.map((action): PhaseStep => ({ kind: "update", at: action.at, action, last: false })), end];
}

const texts = new Map<number, string>();

/** A text of `bytes` bytes, cached by length. */
export function textOf(bytes: number): string {
  return getOrCreate(texts, bytes, () => "x".repeat(bytes));
}
