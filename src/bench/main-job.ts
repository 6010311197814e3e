/**
 * The main job: whole runs of disconnect-storm, each in a process of its own. What a worker and an update cost in CPU
 * time, beside the same rows and as many messages without the project; the capacity; and the latency at half of it.
 */
import { costOfBareRun, type BareCost } from "./bare-run.js";
import type { Bench, BenchOptions, Figure } from "./figure.js";
import { averageOf, differenceOf, type RunCost, type UnitCost } from "./run-cost.js";
import { onWholeRun, OWN_ROOT, type WholeRun } from "./whole-run.js";

const SCENARIO = "disconnect-storm";
/** Workers of a run for each worker of the run of few. */
const FEWER = 25;

export const mainJob: Bench = {
  name: "main-job",
  doc: `whole runs of ${SCENARIO}: CPU time of a worker and an update, capacity, latency at half of it`,
  async measure(rounds, options = {}) {
    const costs: MainJobCost[] = [];
    const starts: RunCost[] = [];
    for (let round = 0; round < rounds; round++) {
      costs.push(await costOfMainJob(OWN_ROOT, options));
      starts.push(await runOf(OWN_ROOT, options, 1, costOf));
    }
    return [...costFigures(costs), startFigure(starts)];
  },
  async measureCheckout(root, options) {
    return costFigures([await costOfMainJob(root, options)]);
  },
};

/** One round: a run of the scenario as it stands, its floor, and a run of few workers. */
interface MainJobCost {
  readonly few: RunCost;
  readonly many: RunCost;
  /** Of the rows and messages of `many`. */
  readonly bare: BareCost;
}

async function costOfMainJob(root: string, options: BenchOptions): Promise<MainJobCost> {
  const { bare, ...many } = await runOf(root, options, undefined, async (run) => ({
    ...costOf(run),
    bare: await costOfBareRun(run.database),
  }));
  const few = await runOf(root, options, Math.ceil(many.workers / FEWER), costOf);
  return { few, many, bare };
}

/** A run of the scenario. @param workers left out: those of the scenario */
function runOf<T>(
  root: string,
  { scenario = SCENARIO }: BenchOptions,
  workers: number | undefined,
  use: (run: WholeRun) => Promise<T> | T,
): Promise<T> {
  const number = workers === undefined ? [] : ["--workers", String(workers)];
  return onWholeRun(root, ["--scenario", scenario, ...number], use);
}

function costOf({ cpuMs, workers, updates }: WholeRun): RunCost {
  return { cpuMs, workers, updates };
}

function costFigures(costs: readonly MainJobCost[]): Figure[] {
  const above = costs.map(({ few, many }) => differenceOf(few, many));
  const floors = costs.map(({ many, bare }) => averageOf({ ...many, cpuMs: bare.cpuMs }));
  const each = (name: string, what: string, of: (cost: UnitCost) => number): Figure => ({
    name: `main-job/${name}`,
    doc: `main job, CPU time of ${what}, start-up excluded`,
    unit: "µs",
    better: "smaller",
    rounds: above.map(of),
    floor: { doc: "the same rows and as many JSON messages, bare, in one thread", rounds: floors.map(of) },
    goal: null,
  });
  return [
    each("worker", "a worker", ({ workerUs }) => workerUs),
    each("update", "a live update", ({ updateUs }) => updateUs),
    {
      name: "main-job/run",
      doc: "main job, CPU time from start to exit",
      unit: "ms",
      better: "smaller",
      rounds: costs.map(({ many }) => many.cpuMs),
      floor: null,
      goal: null,
    },
  ];
}

function startFigure(runs: readonly RunCost[]): Figure {
  return {
    name: "main-job/one-worker",
    doc: "the same with one worker",
    unit: "ms",
    better: "smaller",
    rounds: runs.map(({ cpuMs }) => cpuMs),
    floor: null,
    goal: null,
  };
}
