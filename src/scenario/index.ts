/** Scenarios: what the files mean, and the plan of what every simulated worker will do. */
export { ScenarioError } from "./errors.js";
export { parseDuration } from "../measure/index.js";
export { formatDuration } from "./duration.js";
export type { Distribution } from "./distribution.js";
export { LONGEST_STALL_MS, type Fault } from "./fault-schema.js";
export { LARGEST_PAYLOAD_BYTES } from "./fields.js";
export { LONGEST_NAME } from "./limits.js";
export type { PlannedFault } from "./plan-faults.js";
export { defineScenario, openScenario, scenarioFrom } from "./define.js";
export { didYouMean, nearest } from "./nearest.js";
export { scenarioJsonSchema } from "./json-schema.js";
export {
  loadScenario,
  parseScenario,
  SCENARIO_SCHEMA,
  scenarioFromBytes,
  shippedScenarios,
  type LoadedScenario,
} from "./load.js";
export { scenarioSchema, type Behaviour, type Scenario, type ScenarioInput } from "./schema.js";
export { sample, sampleCount, stream, type Random } from "./random.js";
export { writtenOut } from "./written-out.js";
export { arrivalsMsOf, buildPlan, workersOf, type PlanOptions } from "./plan.js";
export { planHash } from "./plan-hash.js";
export type {
  DisconnectPlan,
  DropAgain,
  OnboardingPlan,
  Plan,
  PlannedAction,
  ReconnectPlan,
  TaskEnd,
  TaskPlan,
  WorkerPlan,
} from "./worker-plan.js";
