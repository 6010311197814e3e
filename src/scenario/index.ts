/** Scenarios: what the files mean, and the plan of what every simulated worker will do. */
export { ScenarioError } from "./errors.js";
export { formatDuration, parseDuration } from "./duration.js";
export type { Distribution } from "./distribution.js";
export { scenarioSchema } from "./schema.js";
export type { Behaviour, Scenario } from "./schema.js";
export type {
  DisconnectPlan,
  OnboardingPlan,
  Plan,
  PlannedAction,
  ReconnectPlan,
  TaskEnd,
  TaskPlan,
  WorkerPlan,
} from "./worker-plan.js";
