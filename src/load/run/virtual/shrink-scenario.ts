/** Shrinking on a scenario's file: what is tried is written out as a scenario and read back, so that the file is known to say it. */
import { parseDocument } from "yaml";
import { buildPlan, parseScenario, toScenarioWorker, type Plan } from "../../scenario/index.js";
import { runInMemory, type RunFailure, type RunRequest, type RunResult } from "./run-in-memory.js";
import { shrinkPlan, type ShrinkBounds, type ShrinkablePlan, type ShrunkPlan } from "./shrink-plan.js";

export interface ShrinkRequest {
  /** The scenario's file, in YAML, and where it is. */
  readonly text: string;
  readonly path: string;
  /** The run that fails: `request.scenario` is what `text` says. */
  readonly request: RunRequest;
  /** How it fails; anything smaller has to break the same. */
  readonly failure: RunFailure;
  readonly bounds: ShrinkBounds;
  /** Runs what is tried; {@link runInMemory} when left out. */
  readonly run?: (request: RunRequest) => RunResult;
}

export interface ShrunkScenario extends ShrunkPlan {
  /** A scenario with its workers and its seed written out, which fails alone under the faults of `smallest`. */
  readonly text: string;
}

/** The smallest scenario found that fails as the run does; undefined when the run's own does not once its workers are written out. */
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
  const workers = Array.from({ length: plan.workers }, (_, index) => plan.worker(index));
  const start = { workers, faultRates };
  // What is written could still say less than the plan; then nothing made from it would be known to fail.
  if (!fails(start)) return undefined;
  const shrunk = shrinkPlan(start, fails, bounds);
  return { ...shrunk, text: written(shrunk.smallest) };
}

/** The scenario of `text` with these workers, and the seed and the shutdown of `plan`, which a run's options may have changed. */
function writeOut(text: string, { seed, shutdownAt }: Plan, workers: ShrinkablePlan["workers"]): string {
  const document = parseDocument(text);
  document.set("seed", seed);
  if (shutdownAt !== undefined) document.set("shutdownAt", `${shutdownAt}ms`);
  document.set("workers", workers.map(toScenarioWorker));
  return document.toString({ lineWidth: 0 });
}
