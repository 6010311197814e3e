/** The invariants of a task that is not of this process. */

/** The invariants, as sentences. */
export const NETWORK_INVARIANTS = {
  "one-agent-per-registration":
    "a registration has one agent, and one agent for its onboarding, however often it is asked for",
  "replies-once-in-order": "every live update is answered at most once and in order, or accounted for",
  "answered-submit-is-stored": "a submit that was answered is in the database, and its agent is completed",
  "completed-has-submit": "no agent is completed without a submit",
  "one-live-agent-per-unit": "no unit has two agents that are live or have completed it",
  "final-status": "every agent ends in a final status",
  "status-agrees-with-row": "the status that a client was sent agrees with the database",
  "loss-noticed-in-time": "the loss of a client is noticed within the heartbeat's limit and one poll",
} as const;
export type NetworkInvariantId = keyof typeof NETWORK_INVARIANTS;
