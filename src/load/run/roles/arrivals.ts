/** The simulated workers of one thread: each arrives at its planned time and follows its plan to the end. */
import type { TaskGroup } from "../../../platform/live/index.js";
import type { WorkerRecorder } from "../../measure/index.js";
import { wait, type Steps } from "../../../platform/sync/index.js";
import type { Plan } from "../../scenario/index.js";
import { simulateWorker, type ClientThreadContext } from "../../workers/index.js";

/**
 * The most workers that arrive in one turn of their thread, however late they are: the present workers need turns too.
 */
const ARRIVALS_A_TURN = 500;

export interface ArrivalsOptions {
  readonly plan: Plan;
  /** Which of the threads this is, and how many there are: they take the workers in turn. */
  readonly shard: number;
  readonly shards: number;
  readonly taskGroup: TaskGroup;
  readonly context: ClientThreadContext;
}

export interface Arrivals {
  /** Whether all workers have come to their end, or the run is to stop. */
  done(): boolean;
  /** No more workers arrive; the present workers are stopped. */
  stop(): void;
}

export function startArrivals({ plan, shard, shards, taskGroup, context }: ArrivalsOptions): Arrivals {
  const { reactor, recorder, originMs } = context;
  const workers = Array.from({ length: Math.max(0, Math.ceil((plan.workers - shard) / shards)) }, (_, nth) => {
    const index = shard + nth * shards;
    return { index, arriveAt: plan.arriveAt(index) };
  }).sort((a, b) => a.arriveAt - b.arriveAt);

  let arrived = 0;
  const working = new Set<number>();
  let stopped = false;
  const recorderOf = (index: number): WorkerRecorder => recorder.ofBehaviour(plan.behaviourOf(index));
  // A worker's coroutine is made when it arrives: a worker that has not arrived costs nothing.
  taskGroup.start("arrivals", function* () {
    let now = reactor.clock.now();
    for (const [nth, { index, arriveAt }] of workers.entries()) {
      const due = originMs + arriveAt;
      // A late worker arrives with those that were due when the turn began; a wait for each would admit one a turn.
      if (due >= now || nth % ARRIVALS_A_TURN === 0) {
        yield* wait(reactor.until(due));
        now = reactor.clock.now();
      }
      if (stopped) return;
      arrived++;
      working.add(index);
      taskGroup.start(`worker ${index}`, () => work(index));
    }
  });
  function* work(index: number): Steps<void> {
    yield* simulateWorker(plan.worker(index), context);
    working.delete(index);
    if (!stopped) recorderOf(index).count("workers_finished");
  }

  return {
    done: () => stopped || (arrived === workers.length && working.size === 0),
    stop() {
      if (stopped) return;
      stopped = true;
      for (const { index } of workers.slice(arrived)) recorderOf(index).count("workers_cut_off");
      for (const index of working) recorderOf(index).count("workers_cut_off");
    },
  };
}
