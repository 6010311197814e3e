/** Why a worker gets no agent, as the platform says it. Some are the beginning of a longer reason. */
export const REFUSALS = {
  notQualified: "worker is not qualified",
  onboardingNotPassed: "the onboarding was not passed",
  noUnit: "there is no unit to work on",
  agentIsOver: "the agent is over",
  shuttingDown: "the live run is shutting down",
  noWorkerName: "worker_name is missing",
} as const;
