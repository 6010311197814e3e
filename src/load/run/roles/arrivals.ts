/** The simulated workers of one thread: each arrives at its planned time, and works until it has come to its end. */
import type { TaskGroup } from "../../../platform/live/index.js";
import { wait, type Steps } from "../../../platform/sync/index.js";
import type { Plan } from "../../scenario/index.js";
import { simulateWorker, type WorkerContext } from "../../workers/index.js";

/** So many workers at most arrive in one turn of their thread, however late they are: those who are there have their turns too. */
const ARRIVALS_A_TURN = 500;

export interface ArrivalsOptions {
  readonly plan: Plan;
  /** Which of the threads this is, and how many there are: they take the workers in turn. */
  readonly shard: number;
  readonly shards: number;
  readonly taskGroup: TaskGroup;
  readonly context: WorkerContext;
}

export interface Arrivals {
  /** Whether all workers have come to their end, or the run is to stop. */
  done(): boolean;
  /** Nobody arrives any more; those who are there are cut off. */
  stop(): void;
}

export function startArrivals({ plan, shard, shards, taskGroup, context }: ArrivalsOptions): Arrivals {
  const { reactor, recorder, originMs } = context;
  const mine: { readonly index: number; readonly arriveAt: number }[] = [];
  for (let index = shard; index < plan.workers; index += shards) mine.push({ index, arriveAt: plan.arriveAt(index) });
  mine.sort((a, b) => a.arriveAt - b.arriveAt);

  let arrived = 0;
  let working = 0;
  let stopped = false;
  // A worker's coroutine is made when it arrives: those who are not there yet cost nothing.
  taskGroup.start("arrivals", function* () {
    let now = reactor.clock.now();
    for (const [nth, { index, arriveAt }] of mine.entries()) {
      const due = originMs + arriveAt;
      // Who is late arrives with those who were due when the turn began; a wait each would admit one a turn.
      if (due >= now || nth % ARRIVALS_A_TURN === 0) {
        yield* wait(reactor.until(due));
        now = reactor.clock.now();
      }
      if (stopped) return;
      arrived++;
      working++;
      taskGroup.start(`worker ${index}`, () => work(index));
    }
  });
  function* work(index: number): Steps<void> {
    yield* simulateWorker(plan.worker(index), context);
    working--;
    if (!stopped) recorder.count("workers_finished");
  }

  return {
    done: () => stopped || (arrived === mine.length && working === 0),
    stop() {
      if (!stopped) recorder.count("workers_cut_off", mine.length - arrived + working);
      stopped = true;
    },
  };
}
