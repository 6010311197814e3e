/**
 * The load of a closed model: a number of workers is kept. When a worker ends, another begins: the next of a bounded
 * sequence of worker plans.
 *
 * The workers that are kept have places, numbered from 0; a place is open while the number is above it. Threads take
 * the places in turn, and with a place its share of the sequence. So no thread needs to know how fast the others are.
 */
import { at } from "../../vocabulary/index.js";
import { toMicrosecond } from "./format-duration.js";
import type { ClosedLoad, KeptNumber, Plan } from "./worker-plan.js";

/** The load of these numbers, whose workers have the indices `first` to `first + workers - 1`. */
export function closedLoad(
  numbers: readonly KeptNumber[],
  { first, workers, behaviours }: Pick<ClosedLoad, "first" | "workers" | "behaviours">,
): ClosedLoad {
  const most = mostOf(numbers);
  const turnOf = (index: number): number => first + ((index - first) % most);
  return {
    first,
    workers,
    most,
    behaviours,
    numbers,
    endMs: at(numbers, numbers.length - 1).at,
    turnOf,
    *changes(thread, threads) {
      for (const { place, ...change } of changesOf(numbers)) {
        if ((first + place) % threads === thread) yield change;
      }
    },
    *sequence(thread, threads) {
      for (let index = first; index < first + workers; index++) {
        if (turnOf(index) % threads === thread) yield index;
      }
    },
  };
}

/** The load whose sequence has the worker of this index; undefined for one that arrives at a planned time. */
export function closedLoadOf({ closed = [] }: Pick<Plan, "closed">, index: number): ClosedLoad | undefined {
  return closed.find(({ first, workers }) => index >= first && index < first + workers);
}

/** The greatest number. */
export function mostOf(numbers: readonly KeptNumber[]): number {
  return Math.round(numbers.reduce((most, { workers }) => Math.max(most, workers), 0));
}

/** The sum over the workers of the time for which they are kept, ms. */
export function workerMsOf(numbers: readonly KeptNumber[]): number {
  return numbers.reduce((sum, to, index) => {
    const from = at(numbers, Math.max(0, index - 1));
    return sum + ((from.workers + to.workers) / 2) * (to.at - from.at);
  }, 0);
}

interface PlaceChange {
  readonly place: number;
  readonly at: number;
  readonly by: 1 | -1;
}

/** When each place opens and closes, in the order of time. At the end all are closed. */
function* changesOf(numbers: readonly KeptNumber[]): Generator<PlaceChange> {
  let from = at(numbers, 0);
  let open = 0;
  for (const to of [...numbers, { at: at(numbers, numbers.length - 1).at, workers: 0 }]) {
    const { at: begin, workers } = from;
    const timeOf = (number: number): number =>
      toMicrosecond(begin + (to.at - begin) * Math.min(1, Math.max(0, (number - workers) / (to.workers - workers))));
    const isJump = to.at === begin;
    const target = Math.round(to.workers);
    for (; open < target; open++) yield { place: open, at: isJump ? begin : timeOf(open + 0.5), by: 1 };
    for (; open > target; open--) yield { place: open - 1, at: isJump ? begin : timeOf(open - 0.5), by: -1 };
    from = to;
  }
}
