/** What a worker and an update of the main job cost in CPU time, beside the same work without the project. */
import { join } from "node:path";
import { RUN_FILES } from "../results/index.js";
import { costOfBareRun } from "./bare-run.js";
import type { Figure } from "./figure.js";
import { runMainJob, type MainJob } from "./main-job-run.js";
import { averageOf, differenceOf, type RunCost, type UnitCost } from "./run-cost.js";

/** Workers of a run for each worker of the run of few. */
const FEWER = 25;

/** One round: a run of the scenario as it stands, its floor, and a run of few workers. */
export interface MainJobCost {
  readonly few: RunCost;
  readonly many: RunCost;
  /** CPU time of the rows and messages of `many` without the project, ms. */
  readonly bareMs: number;
}

/** Measures a round. @throws WholeRunError */
export async function costOfMainJob(job: MainJob): Promise<MainJobCost> {
  const { many, bareMs } = await runMainJob(job, undefined, async ({ cost, directory }) => ({
    many: cost,
    bareMs: await costOfBareRun(join(directory, RUN_FILES.database)),
  }));
  const few = await runMainJob(job, Math.ceil(many.workers / FEWER), ({ cost }) => cost);
  return { few, many, bareMs };
}

/** The figures of these rounds. They judge a change. */
export function costFigures(rounds: readonly MainJobCost[]): Figure[] {
  const above = rounds.map(({ few, many }) => differenceOf(few, many));
  const floors = rounds.map(bareCostOf);
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
    runFigure(
      "run",
      "main job, CPU time from start to exit",
      rounds.map(({ many }) => many),
    ),
  ];
}

/** What a worker and an update cost without the project. */
export function bareCostOf({ many, bareMs }: MainJobCost): UnitCost {
  return averageOf({ ...many, cpuMs: bareMs });
}

/** The CPU time of whole runs. */
export function runFigure(name: string, doc: string, runs: readonly RunCost[]): Figure {
  return {
    name: `main-job/${name}`,
    doc,
    unit: "ms",
    better: "smaller",
    rounds: runs.map(({ cpuMs }) => cpuMs),
    floor: null,
    goal: null,
  };
}
