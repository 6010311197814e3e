/** A run from a program: what `simulate --scenario` does, with its options as values and its summary as the result. */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { types } from "node:util";
import { kindOf } from "./vocabulary/index.js";
import { differingOptions, newRunId, reproduceCommand } from "./results/index.js";
import {
  MAX_RUN_THREADS,
  runThreads,
  runVirtual,
  defaultThreads,
  type FinishedRun,
  type RunProgress,
} from "./load/run/index.js";
import {
  buildPlan,
  didYouMean,
  openScenario,
  scenarioFrom,
  type PlanOptions,
  type ScenarioInput,
} from "./load/scenario/index.js";
import { MAILBOX_KINDS, type MailboxKind } from "./platform/sync/index.js";

/**
 * The options of a run; each has the meaning of the option of `simulate` with its name.
 *
 * @example
 * ```ts
 * import { runScenario, type RunScenarioOptions } from "crowdstorm";
 *
 * const stop = new AbortController();
 * const options: RunScenarioOptions = {
 *   engine: "virtual",
 *   workers: 20,
 *   signal: stop.signal,
 *   onProgress: () => stop.abort(),
 * };
 * const { summary } = await runScenario("steady", options);
 * console.log(summary.end.how); // interrupted
 * ```
 */
export interface RunScenarioOptions extends PlanOptions {
  /** `threads`, the default: on real threads, as long as it takes. `virtual`: under simulated time, the same for the same seed. */
  readonly engine?: "threads" | "virtual";
  /** Threads for simulated workers and for tasks, together: 2 to 24. Left out: one a core. `virtual` has one in any case. */
  readonly threads?: number;
  /** Left out: `sound`. */
  readonly mailbox?: MailboxKind;
  /** Where the run's directory is made. Left out: `results`. */
  readonly results?: string;
  /** `false`: a run on real threads leaves no record of the order of its operations, and cannot be replayed. */
  readonly record?: boolean;
  /** Ends the run early when it aborts; the results are written all the same. */
  readonly signal?: AbortSignal;
  /** Called now and then while the run goes on. When it throws, or returns a promise that rejects, the run ends early and rejects. */
  readonly onProgress?: RunProgress;
}

/** A callback of the program that calls, as a run can have it: what it fails with, at once or by a promise, ends the run early. */
function guarded(onProgress: (...args: Parameters<RunProgress>) => unknown): {
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
 * @throws ScenarioError when there is no such scenario or it is not valid, or under simulated time one whose faults break threads,
 *   TypeError for an option that there is none of or that is of another type, what `onProgress` failed with, RangeError for one out of its range, ResultsError or DatabaseError when something
 *   cannot be written, ThreadDiedError when a thread of the run died.
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
  const {
    seed,
    workers,
    durationMs,
    record = true,
    signal = new AbortController().signal,
    onProgress = () => undefined,
  } = options;
  const progress = guarded(onProgress);
  const loaded = typeof scenario === "string" ? await openScenario(scenario) : scenarioFrom(scenario, "a program");
  const planOptions = { seed, workers, durationMs };
  const plan = buildPlan(loaded.scenario, planOptions);
  const runId = newRunId(plan.scenario, plan.seed, new Date());
  const choices = {
    seed,
    workers,
    duration: durationMs === undefined ? undefined : `${durationMs}ms`,
    threads,
    virtual: engine === "virtual",
    mailbox,
    record,
  };
  // The run keeps its scenario, and with it the values that a program computed.
  const kept = typeof scenario === "string" ? scenario : join(results, runId, "scenario.yaml");
  const common = {
    loaded,
    plan,
    planOptions,
    mailbox,
    resultsRoot: results,
    runId,
    options: differingOptions(choices),
    reproduce: reproduceCommand(kept, plan.seed, choices),
    interrupt: AbortSignal.any([signal, progress.failed]),
    onProgress: progress.onProgress,
  };
  const finished = await (engine === "virtual"
    ? runVirtual({ ...common, startedAt: new Date(), yieldToEventLoop: () => setImmediate() })
    : runThreads({ ...common, threads: threads ?? defaultThreads(), record }));
  progress.rethrow();
  return finished;
}

const ENGINES: readonly string[] = ["threads", "virtual"] satisfies RunScenarioOptions["engine"][];
const OPTIONS: Readonly<Record<keyof RunScenarioOptions, true>> = {
  seed: true,
  workers: true,
  durationMs: true,
  engine: true,
  threads: true,
  mailbox: true,
  results: true,
  record: true,
  signal: true,
  onProgress: true,
};

/** What a compiler would have said to a program without one: a slip must not become another run than was meant. */
function checkOptions(options: RunScenarioOptions): void {
  const names = Object.keys(OPTIONS);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`runScenario has no option "${unknown}"${didYouMean(unknown, names)}`);
  const { engine = "threads", threads = 2, mailbox = "sound", signal, onProgress } = options;
  if (onProgress !== undefined && typeof (onProgress as unknown) !== "function")
    throw new TypeError(`onProgress must be a function, not ${kindOf(onProgress)}`);
  if (signal !== undefined && !((signal as unknown) instanceof AbortSignal))
    throw new TypeError(`signal must be an AbortSignal, not ${kindOf(signal)}`);
  const leastThreads = engine === "virtual" ? 1 : 2;
  if (!ENGINES.includes(engine)) throw new RangeError(`engine must be ${ENGINES.join(" or ")}, not "${engine}"`);
  if (!MAILBOX_KINDS.includes(mailbox))
    throw new RangeError(`mailbox must be ${MAILBOX_KINDS.join(" or ")}, not "${mailbox}"`);
  if (!Number.isInteger(threads) || threads < leastThreads || threads > MAX_RUN_THREADS) {
    throw new RangeError(`threads must be a whole number from ${leastThreads} to ${MAX_RUN_THREADS}, not ${threads}`);
  }
}
