/**
 * The main job: whole runs of disconnect-storm, each in a process of its own. What a worker and an update cost in CPU
 * time, beside the same rows and as many messages without the project; the capacity; and the latency at half of it.
 */
import type { Bench, BenchOptions } from "./figure.js";
import { capacityFigures } from "./main-job-capacity.js";
import { costFigures, costOfMainJob, runFigure, type MainJobCost } from "./main-job-cost.js";
import { MAIN_SCENARIO, runMainJob, type MainJob } from "./main-job-run.js";
import type { RunCost } from "./run-cost.js";
import { OWN_ROOT } from "./whole-run.js";

export const mainJob: Bench = {
  name: "main-job",
  doc: `whole runs of ${MAIN_SCENARIO}: CPU time of a worker and an update, capacity, latency at half of it`,
  async measure(rounds, options = {}) {
    const job = jobOf(OWN_ROOT, options);
    const costs: MainJobCost[] = [];
    const starts: RunCost[] = [];
    for (let round = 0; round < rounds; round++) {
      costs.push(await costOfMainJob(job));
      starts.push(await runMainJob(job, 1, ({ cost }) => cost));
    }
    return [
      ...costFigures(costs),
      runFigure("one-worker", "the same with one worker", starts),
      ...(await capacityFigures(job, rounds, costs, options.onMissing)),
    ];
  },
  async measureCheckout(root, options) {
    return costFigures([await costOfMainJob(jobOf(root, options))]);
  },
};

function jobOf(root: string, { scenario = MAIN_SCENARIO }: BenchOptions): MainJob {
  return { root, scenario };
}
