/** The plan of a group of workers: when each arrives, or how many of them are kept. */
import { at } from "../../vocabulary/index.js";
import { arrivalTimes } from "./arrivals.js";
import type { ClosedArrivals } from "./arrivals-schema.js";
import { closedLoad, mostOf, workerMsOf } from "./closed-load.js";
import { toMicrosecond } from "./format-duration.js";
import { behaviourName, isClosed, keptNumbersOf, type LoadGroup } from "./load-groups.js";
import { streamsOf, workerPlanner, type WorkerPlanner } from "./plan-worker.js";
import type { Scenario } from "./scenario-schema.js";
import type { ClosedLoad, KeptNumber, Plan } from "./worker-plan.js";

/** The part of a plan that is of one group: of the workers `first` to `first + workers - 1`. */
export interface GroupPlan extends Pick<Plan, "workers" | "behaviourOf" | "arriveAt" | "worker"> {
  readonly first: number;
  /** The end of its last window, or its start when it has none, ms of the run. */
  readonly lastMs: number;
  /** Absent when its workers arrive at planned times. */
  readonly closed?: ClosedLoad;
}

export interface GroupPlanOptions {
  readonly seed: number;
  /** The index of its first worker in the plan. */
  readonly first: number;
  /** How many workers arrive; of a closed model, the greatest number that is kept. */
  readonly size: number;
}

/** @throws {RangeError} when more workers are to be kept than may begin in all */
export function planGroup(
  task: Scenario["task"],
  qualifications: Scenario["qualifications"],
  given: LoadGroup,
  { seed, first, size }: GroupPlanOptions,
): GroupPlan {
  const group = { ...given, startTime: toMicrosecond(given.startTime) };
  const { startTime, arrivals, behaviours } = group;
  const streams = streamsOf(seed, group.name);
  const plan = workerPlanner(task, qualifications, group, streams);
  const windows = Object.values(behaviours).map(({ disconnect }) => startTime + (disconnect?.window?.[1] ?? 0));
  const common = {
    first,
    lastMs: Math.max(...windows),
    behaviourOf: (index: number) => plan.behaviourOf(index - first),
  };
  if (isClosed(arrivals)) {
    const typical = workerPlanner(task, qualifications, group, streamsOf(0, group.name));
    const numbers = scaledNumbers(arrivals, size, startTime);
    const closed = closedLoad(numbers, {
      first,
      workers: sequenceLength(arrivals, numbers, typicalStayOf(typical, task)),
      behaviours: Object.keys(behaviours).map((name) => behaviourName(group.name, name)),
    });
    return {
      ...common,
      workers: closed.workers,
      closed,
      arriveAt: () => startTime,
      worker: (index, startMs = startTime) => plan.worker(index - first, index, startMs),
    };
  }
  const timeOf = arrivalTimes(arrivals);
  const arriveAt = (index: number): number =>
    toMicrosecond(startTime + toMicrosecond(timeOf(streams("arrival", index - first)())));
  return {
    ...common,
    workers: size,
    arriveAt,
    worker: (index, startMs) => plan.worker(index - first, index, startMs ?? arriveAt(index)),
  };
}

/** The number that is kept, on the run's timeline, with `size` as the greatest. */
function scaledNumbers(arrivals: ClosedArrivals, size: number, startTime: number): KeptNumber[] {
  const numbers = keptNumbersOf(arrivals);
  const factor = size / mostOf(numbers);
  return numbers.map((number) => ({
    at: toMicrosecond(startTime + toMicrosecond(number.at)),
    workers: number.workers * factor,
  }));
}

/** The length of a sequence that `maxWorkers` does not give is at most this, or twice the number that is kept. */
const MOST_UNASKED = 100_000;
/** Reserve for each of the workers that are kept, up to so many of them: few differ more from the mean. */
const RESERVE = { each: 8, most: 64 };

/**
 * How many workers the sequence has: so many that it does not end before its time, although workers may stay for a
 * shorter time than planned. Twice as many as begin on a platform without waits, and a reserve.
 */
function sequenceLength(
  { executor, maxWorkers }: ClosedArrivals,
  numbers: readonly KeptNumber[],
  stayMs: number,
): number {
  const most = mostOf(numbers);
  if (maxWorkers !== undefined) {
    if (maxWorkers >= most) return maxWorkers;
    throw new RangeError(`${executor} is to keep ${most} workers, but its maxWorkers is ${maxWorkers}`);
  }
  const needed = most + Math.ceil(workerMsOf(numbers) / stayMs);
  return Math.max(2 * most, Math.min(MOST_UNASKED, 2 * needed + RESERVE.each * Math.min(most, RESERVE.most)));
}

/** How many plans are looked at for how long workers stay. */
const SAMPLES = 101;
/** No worker stays for a shorter time, ms. */
const LEAST_STAY_MS = 10;

/**
 * How long workers stay by their plans, when they never wait, ms: the mean, or the median if it is lower. Does not
 * depend on the seed, so that neither does the length of the sequence.
 */
function typicalStayOf(plan: WorkerPlanner, { liveUpdateTimeout }: Scenario["task"]): number {
  const stays = Array.from({ length: SAMPLES }, (_, own) => {
    const { onboarding, task } = plan.worker(own, own, 0);
    const idleMs = task?.end.kind === "idle" ? liveUpdateTimeout : 0;
    return (onboarding?.submitAt ?? 0) + (task?.end.at ?? 0) + idleMs;
  }).sort((a, b) => a - b);
  const mean = stays.reduce((sum, stay) => sum + stay, 0) / SAMPLES;
  return Math.max(LEAST_STAY_MS, Math.min(mean, at(stays, Math.floor(SAMPLES / 2))));
}
