/**
 * The simulated workers of one thread: each arrives at its planned time, or in the place of one that has ended, and
 * follows its plan to the end.
 */
import { closedLoadOf, type ClosedLoad } from "../../scenario/index.js";
import { wait, type Steps } from "../../../platform/sync/index.js";
import type { ClientThreadContext } from "../../workers/index.js";
import { PresentWorkers, type PresentWorkersOptions } from "./present-workers.js";

/**
 * The most workers that arrive in one turn of their thread, however late they are: the present workers need turns too.
 */
const ARRIVALS_A_TURN = 500;

export interface ArrivalsOptions extends PresentWorkersOptions {
  /** Which of the threads this is, and how many there are: they take the workers in turn. */
  readonly shard: number;
  readonly shards: number;
}

export interface Arrivals {
  /** Whether all workers have come to their end, or the run is to stop. */
  done(): boolean;
  /** No more workers arrive; the present workers are stopped. */
  stop(): void;
}

/** The arrivals of some of the workers. */
interface ArrivalsPart {
  /** The indices of the workers that have yet to arrive. */
  due(): readonly number[];
  /** Whether no worker arrives any more. */
  isOver(): boolean;
}

export function startArrivals(options: ArrivalsOptions): Arrivals {
  const present = new PresentWorkers(options);
  const parts = [
    arriveAtPlannedTimes(options, present),
    ...(options.plan.closed ?? []).map((load) => keepWorkers(load, options, present)),
  ];
  return {
    done: () => present.isStopped || (present.count === 0 && parts.every((part) => part.isOver())),
    stop: () => present.stop(parts.flatMap((part) => part.due())),
  };
}

/** An open model: the workers arrive however the others fare. */
function arriveAtPlannedTimes(
  { plan, shard, shards, taskGroup, context }: ArrivalsOptions,
  present: PresentWorkers,
): ArrivalsPart {
  const workers: { readonly index: number; readonly at: number }[] = [];
  for (let index = shard; index < plan.workers; index += shards) {
    if (closedLoadOf(plan, index) === undefined) workers.push({ index, at: plan.arriveAt(index) });
  }
  workers.sort((a, b) => a.at - b.at);
  let arrived = 0;
  // A worker's coroutine is made when it arrives: a worker that has not arrived costs nothing.
  taskGroup.start("arrivals", () =>
    atTheirTimes(workers, context, present, ({ index }) => {
      arrived++;
      present.begin(index);
    }),
  );
  return {
    due: () => workers.slice(arrived).map(({ index }) => index),
    isOver: () => arrived === workers.length,
  };
}

/** A closed model: while fewer workers are present than the load has at that time, the next of its sequence begins. */
function keepWorkers(
  load: ClosedLoad,
  { shard, shards, taskGroup, context }: ArrivalsOptions,
  present: PresentWorkers,
): ArrivalsPart {
  const { reactor, recorder, originMs } = context;
  const sequence = load.sequence(shard, shards)[Symbol.iterator]();
  let wanted = 0;
  let kept = 0;
  let isOver = false;
  const begin = (startMs: number): void => {
    if (kept >= wanted) return;
    const next = sequence.next();
    if (next.done === true) {
      recorder.count("workers_missing");
      return;
    }
    kept++;
    present.begin(next.value, startMs, () => {
      kept--;
      const sinceStart = reactor.clock.now() - originMs;
      if (sinceStart < load.endMs) begin(sinceStart);
    });
  };
  taskGroup.start("kept workers", function* () {
    yield* atTheirTimes(load.changes(shard, shards), context, present, ({ at, by }) => {
      wanted += by;
      // A place that opens as the load ends stays empty. One that opened before and was not filled in time is filled
      // late.
      if (by > 0 && at < load.endMs) begin(at);
    });
    isOver = true;
  });
  return { due: () => [], isOver: () => isOver };
}

/** Calls `act` with each of the events at its time, ms of the run, unless the run has stopped by then. */
function* atTheirTimes<Event extends { readonly at: number }>(
  events: Iterable<Event>,
  { reactor, originMs }: ClientThreadContext,
  present: PresentWorkers,
  act: (event: Event) => void,
): Steps<void> {
  let now = reactor.clock.now();
  let nth = 0;
  for (const event of events) {
    const due = originMs + event.at;
    // What is late happens with what was due when the turn began; a wait for each would allow one a turn.
    if (due >= now || nth % ARRIVALS_A_TURN === 0) {
      yield* wait(reactor.until(due));
      now = reactor.clock.now();
    }
    if (present.isStopped) return;
    nth++;
    act(event);
  }
}
