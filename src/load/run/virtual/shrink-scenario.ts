/**
 * Shrinks a scenario's file. Each candidate is written as a scenario and read back, so the resulting file is known to
 * fail.
 */
import { parseDocument } from "yaml";
import { buildPlan, parseScenario, toScenarioWorker, type Plan, type WorkerPlan } from "../../scenario/index.js";
import { faultsOf } from "../../faults/index.js";
import { runInMemory, type RunFailure, type RunRequest, type RunResult } from "./run-in-memory.js";
import { shrinkPlan, type ShrinkBounds, type ShrinkablePlan, type ShrunkPlan } from "./shrink-plan.js";

export interface ShrinkRequest {
  /** The text of the scenario's file, in YAML, and its path. */
  readonly text: string;
  readonly path: string;
  /** The run that fails: `request.scenario` is the scenario of `text`. */
  readonly request: RunRequest;
  /** How it fails; a smaller scenario has to fail in the same way. */
  readonly failure: RunFailure;
  readonly bounds: ShrinkBounds;
  /** Runs a candidate; default: {@link runInMemory}. */
  readonly run?: (request: RunRequest) => RunResult;
}

export interface ShrunkScenario extends ShrunkPlan {
  /** A scenario with explicit workers and a seed, which fails with the drawn faults of `smallest`. */
  readonly text: string;
}

/** The smallest scenario found that fails as the run does; undefined if the run does not fail with explicit workers. */
export function shrinkScenario({
  text,
  path,
  request,
  failure,
  bounds,
  run = runInMemory,
}: ShrinkRequest): ShrunkScenario | undefined {
  const { scenario, planOptions, mailbox, faultRates } = request;
  const plan = buildPlan(scenario, planOptions);
  const written = ({ workers }: ShrinkablePlan): string => writeOut(text, plan, workers);
  const fails = (candidate: ShrinkablePlan): boolean => {
    const smaller = {
      scenario: parseScenario(written(candidate), path),
      planOptions: {},
      mailbox,
      faultRates: candidate.faultRates,
    };
    return run(smaller).failures.some(({ what }) => what === failure.what);
  };
  const start = { workers: begunWorkers(plan, request), faultRates };
  // If the written scenario differs from the plan, it may not fail.
  if (!fails(start)) return undefined;
  const shrunk = shrinkPlan(start, fails, bounds);
  return { ...shrunk, text: written(shrunk.smallest) };
}

/** The plans of the workers, each with its arrival. Those of a closed model that begin are known from a run only. */
function begunWorkers(plan: Plan, request: RunRequest): WorkerPlan[] {
  if (plan.closed === undefined) return Array.from({ length: plan.workers }, (_, index) => plan.worker(index));
  const begun: WorkerPlan[] = [];
  const noting = (inner: Plan): Plan => ({
    ...inner,
    worker(index, startMs) {
      const worker = inner.worker(index, startMs);
      begun.push(worker);
      return worker;
    },
  });
  const faults = faultsOf(plan.seed, request.faultRates);
  runInMemory(request, { ...faults, plan: (inner, note) => faults.plan(noting(inner), note) });
  return begun.sort((a, b) => a.index - b.index).map((worker, index) => ({ ...worker, index }));
}

/**
 * The scenario of `text` with these workers, and with the seed and the shutdown of `plan`: options may have changed
 * them.
 */
function writeOut(text: string, { seed, shutdownAt }: Plan, workers: ShrinkablePlan["workers"]): string {
  const document = parseDocument(text);
  document.set("seed", seed);
  if (shutdownAt !== undefined) document.set("shutdownAt", `${shutdownAt}ms`);
  document.set("workers", workers.map(toScenarioWorker));
  return document.toString({ lineWidth: 0 });
}
