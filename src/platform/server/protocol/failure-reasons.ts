/** Why a worker gets no agent: fixed sentences of Mephisto (`WorkerFailureReasons`), which clients show. */

export const FAILURE_REASONS = {
  "not-qualified": "You are not currently qualified to work on this task...",
  "no-work": "There is currently no available work, please try again later...",
  "too-many-concurrent":
    "You are currently working on too many tasks concurrently to accept another, please finish your current work.",
  "max-for-task": "You have already completed the maximum amount of tasks the requester has set for this task.",
  "task-missing":
    "You appear to have already completed this task, or have disconnected long enough for your session to clear...",
} as const;

export type FailureKind = keyof typeof FAILURE_REASONS;

/** The start of each sentence, which tells it from the others. Another version may end it differently. */
const PREFIXES: readonly (readonly [FailureKind, string])[] = [
  ["not-qualified", "You are not currently qualified"],
  ["no-work", "There is currently no available work"],
  ["too-many-concurrent", "You are currently working on too many tasks"],
  ["max-for-task", "You have already completed the maximum"],
  ["task-missing", "You appear to have already completed"],
];

/** Which of the fixed sentences `reason` is; undefined for any other text. */
export function failureKindOf(reason: string): FailureKind | undefined {
  return PREFIXES.find(([, prefix]) => reason.startsWith(prefix))?.[0];
}
