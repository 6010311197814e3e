/** Scenarios: what the files mean, and the plan of what every simulated worker will do. */
export { ScenarioError } from "./scenario-error.js";
export { formatDuration, toMicrosecond } from "./format-duration.js";
export type { DistributionSpec } from "./distribution-spec.js";
export { MAX_STALL_MS } from "./fault-schema.js";
export { MAX_PAYLOAD_BYTES } from "./fields.js";
export { MAX_NAME, MAX_WORKERS } from "./scenario-limits.js";
export { expectedArrivals, type RateArrivals } from "./arrivals.js";
export type { PlannedFault, PlannedNetworkFault } from "./plan-faults.js";
export { changeScenario, type ScenarioChange } from "./change-scenario.js";
export { defineScenario, openScenario, scenarioFrom } from "./define-scenario.js";
export { didYouMean } from "./nearest.js";
export { scenarioJsonSchema } from "./json-schema.js";
export {
  loadScenario,
  parseScenario,
  scenarioFromBytes,
  type LoadedScenario,
} from "./load-scenario.js";
export { scenarioCatalogue } from "./scenario-catalogue.js";
export { SCENARIO_CATALOGUE, SCENARIO_SCHEMA, readCatalogue, shippedScenarios } from "./shipped-scenarios.js";
export type { Scenario, ScenarioInput } from "./scenario-schema.js";
export type { Behaviour } from "./behaviour-schema.js";
export { closedLoadOf } from "./closed-load.js";
export {
  behaviourName,
  behavioursOf,
  disconnectWindows,
  groupsOf,
  isClosed,
  scaledGroup,
  type LoadGroup,
} from "./load-groups.js";
export type { TargetDialect } from "./target-schema.js";
export { sample, sampleCount, stream, type Random } from "./random.js";
export { toScenarioWorker } from "./explicit-worker-plans.js";
export { arrivalsMsOf, buildPlan, scenarioWorkers, workersOf, type PlanOptions } from "./build-plan.js";
export { refuseFaultsOfTarget, refuseNetworkScenario, refuseThreadFaultsOfRouter } from "./refuse-faults.js";
export { planHash } from "./plan-hash.js";
export { planWarnings, type PlanWarningOptions } from "./plan-warnings.js";
export { planSizeText, plannedWorkers } from "./plan-size.js";
export { replaceVariables } from "./scenario-variables.js";
export { warningLines, warningTexts } from "./warning-lines.js";
export type {
  ClosedLoad,
  DisconnectPlan,
  RepeatedDrop,
  OnboardingPlan,
  Plan,
  PlannedAction,
  ReconnectPlan,
  TaskEnd,
  TaskPlan,
  WorkerPlan,
} from "./worker-plan.js";
