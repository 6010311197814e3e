/** The workers that neither finished nor were cut off: those of killed client threads, or of a lost machine. */
import type { Measurements, Recorder } from "../measure/index.js";
import type { Plan } from "../scenario/index.js";

/** How many there are of each behaviour. `carries`: whether a worker is among those that are asked for. */
export function unfinishedWorkers(
  plan: Plan,
  measured: Measurements,
  carries: (index: number) => boolean = () => true,
): ReadonlyMap<string, number> {
  if (plan.closed !== undefined) return unfinishedOfStarted(plan, measured);
  const planned = new Map<string, number>();
  for (let index = 0; index < plan.workers; index++) {
    if (!carries(index)) continue;
    const behaviour = plan.behaviourOf(index);
    planned.set(behaviour, (planned.get(behaviour) ?? 0) + 1);
  }
  return new Map(
    Array.from(planned, ([behaviour, workers]) => {
      const { workers_finished: finished, workers_cut_off: cutOff } = measured.where({ behaviour }).counters;
      return [behaviour, Math.max(0, workers - finished - cutOff)];
    }),
  );
}

/** Of a closed model. How many more would have begun is not known: only those that did are counted. */
function unfinishedOfStarted({ tags }: Plan, measured: Measurements): ReadonlyMap<string, number> {
  return new Map(
    tags.behaviours.map((behaviour) => {
      const { counters } = measured.where({ behaviour });
      const { workers_started: started, workers_finished: finished, workers_cut_off: cutOff } = counters;
      return [behaviour, Math.max(0, started - finished - cutOff)];
    }),
  );
}

export function sumOf(unfinished: ReadonlyMap<string, number>): number {
  return [...unfinished.values()].reduce((sum, n) => sum + n, 0);
}

/** They were cut off at `atMs` on the run's clock. */
export function countCutOff(unfinished: ReadonlyMap<string, number>, recorder: Recorder, atMs: number): void {
  for (const [behaviour, workers] of unfinished)
    recorder.ofBehaviour(behaviour).count("workers_cut_off", workers, atMs);
}
