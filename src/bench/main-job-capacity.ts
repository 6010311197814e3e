/** The capacity of the main job, what a worker costs there, and the latency at half of the capacity. */
import { arrivalRatesOf, nextTrial, outcomeOf, type SearchBounds, type Trial } from "../load/capacity/index.js";
import { openScenario } from "../load/scenario/index.js";
import { readSummary } from "../results/index.js";
import { assert, commandLine, plural } from "../vocabulary/index.js";
import { perSecond, type BenchOptions, type Figure } from "./figure.js";
import { bareCostOf, type MainJobCost } from "./main-job-cost.js";
import { runMainJob, type MainJob } from "./main-job-run.js";
import { differenceOf, type RunCost } from "./run-cost.js";
import { median } from "./statistics.js";
import { WholeRunError, type WholeRun } from "./whole-run.js";

/** The capacity is known to a quarter: each halving of this takes two runs more. */
const PRECISION = 1.25;
/** The search is within the scenario's own number of workers, divided and multiplied by these. */
const RANGE = { less: 16, more: 64 };
/** The floor of the latency in the summary of a run. */
const WAKE_UP = "thread wake-up";

/** The greatest number of workers that passes, and the cost of the runs with it that passed. */
export interface FoundCapacity {
  readonly workers: number;
  readonly runs: readonly RunCost[];
}

/**
 * The figures. Empty, with a line to `onMissing`, when not even a sixteenth of the scenario's workers pass: the machine
 * is too slow, or other programs keep it busy.
 * @param costs rounds that were measured before; their floors and runs of few workers are used
 * @throws WholeRunError when a run at half of the capacity does not finish
 */
export async function capacityFigures(
  job: MainJob,
  rounds: number,
  costs: readonly MainJobCost[],
  onMissing: BenchOptions["onMissing"],
): Promise<Figure[]> {
  const { scenario } = await openScenario(job.scenario);
  const rates = arrivalRatesOf(scenario);
  assert(rates !== undefined, "a scenario whose number of workers can be chosen has arrival rates");
  const least = Math.ceil(rates.ownWorkers / RANGE.less);
  const found = await findCapacity(
    {
      start: rates.ownWorkers,
      least,
      most: Math.min(rates.mostWorkers, rates.ownWorkers * RANGE.more),
      precision: PRECISION,
    },
    (workers) => tryMainJob(job, workers),
  );
  if (found === undefined) {
    onMissing?.(
      `no capacity, no cost and no latency at it: ${job.scenario} does not pass even with ` +
        `${plural(least, "worker")}; see why with: ${commandLine("capacity", job.scenario)}`,
    );
    return [];
  }
  const half = Math.max(1, Math.round(found.workers / 2));
  const runs: WholeRun["summary"][] = [];
  for (let round = 0; round < rounds; round++) runs.push(await runMainJob(job, half, ({ summary }) => summary));
  return [
    {
      name: "main-job/capacity",
      doc: "main job, the highest arrival rate that passes",
      unit: "/s",
      better: "greater",
      rounds: [rates.rateOf(found.workers)],
      floor: {
        doc: "workers whose rows and messages one core does bare",
        rounds: [median(costs.map(({ many, bareMs }) => perSecond(many.workers, bareMs)))],
      },
      goal: null,
    },
    costAtCapacity(found, costs),
    latencyFigure("p50", runs),
    latencyFigure("p95", runs),
    latencyFigure("p99", runs),
  ];
}

/** A finished trial. */
interface TriedRun {
  readonly outcome: Trial["outcome"];
  /** Undefined for a run that did not finish. */
  readonly cost?: RunCost;
}

/** Searches as `simulate capacity` does. Undefined when even the least number of workers fails. */
export async function findCapacity(
  bounds: SearchBounds,
  run: (workers: number) => Promise<TriedRun>,
): Promise<FoundCapacity | undefined> {
  const trials: (Trial & TriedRun)[] = [];
  for (;;) {
    const next = nextTrial(trials, bounds);
    if (next.kind === "none") return undefined;
    if (next.kind === "try") {
      trials.push({ workers: next.workers, ...(await run(next.workers)) });
      continue;
    }
    const passed = trials.filter(({ workers, outcome }) => workers === next.passes && outcome === "passed");
    return { workers: next.passes, runs: passed.flatMap(({ cost }) => cost ?? []) };
  }
}

/** A run that dies of too much load has failed. */
async function tryMainJob(job: MainJob, workers: number): Promise<TriedRun> {
  try {
    return await runMainJob(job, workers, ({ directory, cost }) => ({
      outcome: outcomeOf(readSummary(directory).verdict),
      cost,
    }));
  } catch (error) {
    if (error instanceof WholeRunError) return { outcome: error.isBroken ? "broken" : "failed" };
    throw error;
  }
}

function costAtCapacity({ runs }: FoundCapacity, costs: readonly MainJobCost[]): Figure {
  const floor = median(costs.map((cost) => bareCostOf(cost).workerUs));
  return {
    name: "main-job/worker-at-capacity",
    doc: "main job, CPU time of a worker at this rate, start-up excluded",
    unit: "µs",
    better: "smaller",
    rounds: runs.map((run) => median(costs.map(({ few }) => differenceOf(few, run).workerUs))),
    floor: { doc: "the same rows and as many JSON messages, bare, in one thread", rounds: runs.map(() => floor) },
    goal: null,
  };
}

/** The latency of live updates, over the wake-up of a thread in the same run. */
function latencyFigure(percentile: "p50" | "p95" | "p99", runs: readonly WholeRun["summary"][]): Figure {
  const usOf = (ms: number | null | undefined): number[] => (ms === null || ms === undefined ? [] : [ms * 1000]);
  const floors = runs.flatMap(({ floor }) => usOf(floor.find(({ name }) => name === WAKE_UP)?.trend[percentile]));
  return {
    name: `main-job/${percentile}`,
    doc: `main job, live update latency at half of that rate, ${percentile}`,
    unit: "µs",
    better: "smaller",
    rounds: runs.flatMap(({ trends }) => usOf(trends.live_update_latency[percentile])),
    floor:
      floors.length < runs.length ? null : { doc: "bare Atomics.wait and notify, in the same run", rounds: floors },
    goal: null,
  };
}
