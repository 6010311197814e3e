/**
 * crowdstorm as a library: the agent model of a live crowd platform on real shared-memory events, and what drives it.
 *
 * - `Arena`, `Event`, `Mailbox`, `Steps`: threads that wait for each other (src/sync);
 * - `Agent`, `OnboardingAgent`, `createContext`: the model (src/model);
 * - `openDatabase`, `startWriter`, `connectDatabase`: its rows (src/db);
 * - `loadScenario`, `buildPlan`, `runThreads`: load (src/scenario, src/engine).
 */
export * from "./sync/index.js";
export * from "./db/index.js";
export * from "./model/index.js";
export { buildPlan, loadScenario, parseScenario, planHash, ScenarioError, shippedScenarios } from "./scenario/index.js";
export type { LoadedScenario, Plan, PlanOptions, Scenario, WorkerPlan } from "./scenario/index.js";
export { runThreads, type FinishedRun, type ThreadsRun } from "./engine/index.js";
export { renderSummary, type Summary } from "./report/index.js";
