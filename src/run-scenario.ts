/** A run from a program: what `simulate --scenario` does, with its options as values and its summary as the result. */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { types } from "node:util";
import { assert } from "./vocabulary/index.js";
import { differingOptions, newRunId, reproduceCommand, RUN_FILES } from "./results/index.js";
import {
  ThreadGenerators,
  clientThreads,
  defaultThreads,
  openRouter,
  openTarget,
  readListenAddress,
  runNetwork,
  runThreads,
  runVirtual,
  type FinishedRun,
  type OpenedTarget,
  type RunProgress,
} from "./load/run/index.js";
import {
  buildPlan,
  openScenario,
  refuseFaultsOfTarget,
  refuseNetworkScenario,
  refuseThreadFaultsOfRouter,
  scenarioFrom,
  ScenarioError,
  warningLines,
  type LoadedScenario,
  type Plan,
  type Scenario,
  type ScenarioInput,
} from "./load/scenario/index.js";
import { BACKEND_TIMEOUT_MS, checkOptions, type RunScenarioOptions } from "./run-scenario-options.js";

/**
 * A callback of the program that calls, as a run can have it: what it fails with, at once or by a promise, ends the run
 * early.
 */
function guarded(onProgress: (...progress: Parameters<RunProgress>) => unknown): {
  readonly onProgress: RunProgress;
  readonly failed: AbortSignal;
  /** Throws what it failed with. */
  readonly rethrow: () => void;
} {
  const controller = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    controller.abort();
  };
  return {
    onProgress: (measured, elapsedMs) => {
      try {
        const returned = onProgress(measured, elapsedMs);
        if (types.isPromise(returned)) returned.catch(fail);
      } catch (error) {
        fail(error);
      }
    },
    failed: controller.signal,
    rethrow: () => {
      if (failure !== undefined) throw failure.error;
    },
  };
}

/**
 * Runs a scenario: one of the package by its name, a file by its path, or one that the program made. Resolves with the
 * summary and the run's directory, whether or not the run passed: `summary.verdict` tells.
 *
 * @throws ScenarioError when there is no such scenario, it is not valid, or this kind of run cannot carry it out;
 * TypeError for an option
 *   that there is none of, is of another type or cannot be combined with the others; RangeError for one out of its range; what
 *   `onProgress` failed with; ResultsError or DatabaseError when something cannot be written; ThreadDiedError when a thread of the run
 *   died. Over a network: TargetAddressError for an address that is not valid or allowed; DialectError; TargetError when the target, its
 *   database or its metrics do not answer, or no backend connects.
 *
 * @example
 * ```ts
 * import { runScenario } from "crowdstorm";
 *
 * const { summary, directory } = await runScenario("steady", { engine: "virtual", seed: 3, workers: 20 });
 * console.log(summary.verdict.passed, summary.seed); // true 3
 * console.log(directory.startsWith("results/")); // true
 * ```
 */
export async function runScenario(
  scenario: string | ScenarioInput,
  options: RunScenarioOptions = {},
): Promise<FinishedRun> {
  checkOptions(options);
  const { engine = "threads", threads, mailbox = "sound", results = "results" } = options;
  const { seed, workers, durationMs, record = true, strict = false, target, listen } = options;
  const { signal = new AbortController().signal, onProgress = () => undefined } = options;
  const progress = guarded(onProgress);
  const loaded = typeof scenario === "string" ? await openScenario(scenario) : scenarioFrom(scenario, "a program");
  checkScenario(loaded.scenario, options);
  const planOptions = { seed, workers, durationMs };
  const plan = buildPlan(loaded.scenario, planOptions);
  if (strict) refuseWarnings(loaded, plan, target !== undefined || listen !== undefined);
  const runId = newRunId(plan.scenario, plan.seed, new Date());
  const choices = {
    seed,
    workers,
    duration: durationMs === undefined ? undefined : `${durationMs}ms`,
    threads,
    virtual: engine === "virtual",
    mailbox,
    record,
    strict,
    target,
    listen,
    dialect: options.dialect,
    database: options.database,
    scrape: options.scrape,
    "allow-remote": options.allowRemote,
    "backend-timeout": options.backendTimeoutMs === undefined ? undefined : `${options.backendTimeoutMs}ms`,
  };
  // The run keeps its scenario, and with it the values of environment variables and those that a program computed.
  const kept = join(results, runId, RUN_FILES.scenario);
  const source = typeof scenario === "string" && loaded.isRepeatable === true ? scenario : kept;
  const common = {
    loaded,
    plan,
    planOptions,
    mailbox,
    resultsRoot: results,
    runId,
    options: differingOptions(choices),
    reproduce: reproduceCommand(source, plan.seed, choices),
    interrupt: AbortSignal.any([signal, progress.failed]),
    onProgress: progress.onProgress,
  };
  let running: Promise<FinishedRun>;
  if (target !== undefined || listen !== undefined)
    running = runNetwork(common, await openNetwork(loaded.scenario, options, common.interrupt));
  else if (engine === "virtual")
    running = runVirtual({ ...common, startedAt: new Date(), yieldToEventLoop: () => setImmediate() });
  else running = runThreads({ ...common, threads: threads ?? defaultThreads(), record });
  const finished = await running;
  progress.rethrow();
  return finished;
}

/** What a run over a network is against. */
function openNetwork(
  scenario: Scenario,
  {
    target,
    listen,
    backendTimeoutMs = BACKEND_TIMEOUT_MS,
    onListening,
    allowRemote = false,
    token,
    threads = defaultThreads(),
    ...beside
  }: RunScenarioOptions,
  interrupt: AbortSignal,
): Promise<OpenedTarget> {
  if (target !== undefined) {
    const generators = new ThreadGenerators(clientThreads(threads));
    return openTarget(scenario, { ...beside, url: target, allowRemote, token, generators });
  }
  const address = listen === undefined ? undefined : readListenAddress(listen);
  assert(address !== undefined, "the options were checked");
  return openRouter(scenario, {
    ...beside,
    allowRemote,
    listen: { ...address, token },
    backendTimeoutMs,
    clients: Math.max(1, threads - 1),
    onListening: (url) => onListening?.(url),
    onBackend: () => undefined,
    interrupt,
  });
}

/** @throws ScenarioError when the plan shows that something of it will not happen */
function refuseWarnings(loaded: LoadedScenario, plan: Plan, isOverNetwork: boolean): void {
  const [first, ...others] = warningLines(loaded, plan, { isOverNetwork });
  if (first !== undefined) throw new ScenarioError([first, ...others]);
}

/** @throws ScenarioError when the run cannot carry the scenario out */
function checkScenario(scenario: Scenario, { target, listen }: RunScenarioOptions): void {
  if (listen !== undefined) refuseThreadFaultsOfRouter(scenario);
  else if (target !== undefined) refuseFaultsOfTarget(scenario);
  else refuseNetworkScenario(scenario);
}
