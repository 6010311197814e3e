/** The workers that neither finished nor were cut off: those of killed client threads, or of a lost machine. */
import type { Measurements, Recorder } from "../measure/index.js";
import type { Plan } from "../scenario/index.js";
import { increment } from "../../vocabulary/index.js";

/**
 * How many there are of each behaviour. `carries`: whether a worker is among those that are asked for. Of a closed
 * model it is not known how many more would have begun: only those that did are counted.
 */
export function unfinishedWorkers(
  plan: Plan,
  measured: Measurements,
  carries: (index: number) => boolean = () => true,
): ReadonlyMap<string, number> {
  const planned = plan.closed === undefined ? plannedByBehaviour(plan, carries) : undefined;
  return new Map(
    Array.from(planned?.keys() ?? plan.tags.behaviours, (behaviour) => {
      const { counters } = measured.where({ behaviour });
      const workers = planned?.get(behaviour) ?? counters.workers_started;
      return [behaviour, Math.max(0, workers - counters.workers_finished - counters.workers_cut_off)];
    }),
  );
}

function plannedByBehaviour(plan: Plan, carries: (index: number) => boolean): ReadonlyMap<string, number> {
  const planned = new Map<string, number>();
  for (let index = 0; index < plan.workers; index++) {
    if (!carries(index)) continue;
    const behaviour = plan.behaviourOf(index);
    increment(planned, behaviour);
  }
  return planned;
}

export function sumOf(unfinished: ReadonlyMap<string, number>): number {
  return [...unfinished.values()].reduce((sum, n) => sum + n, 0);
}

/** They were cut off at `atMs` on the run's clock. */
export function countCutOff(unfinished: ReadonlyMap<string, number>, recorder: Recorder, atMs: number): void {
  for (const [behaviour, workers] of unfinished)
    recorder.ofBehaviour(behaviour).count("workers_cut_off", workers, atMs);
}
