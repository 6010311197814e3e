/** The arrival rate of a plan, and the number of workers that makes a rate. */
import {
  arrivalsMsOf,
  expectedArrivals,
  groupsOf,
  isClosed,
  MAX_WORKERS,
  workersOf,
  type RateArrivals,
  type Scenario,
} from "../scenario/index.js";

/** How arrival rates and numbers of workers of a scenario go together. */
export interface ArrivalRates {
  /** How long workers arrive, ms. */
  readonly arrivalsMs: number;
  /** The workers of the scenario as it stands. */
  readonly ownWorkers: number;
  /** The greatest number of workers that a run may have. */
  readonly mostWorkers: number;
  /** The greatest arrival rate of the stages over their mean. */
  readonly peakFactor: number;
  /** Workers that arrive in a second, as the mean over the stages. */
  readonly rateOf: (workers: number) => number;
  /** The whole number of workers, 1 or more, whose rate is nearest. */
  readonly workersAt: (rate: number) => number;
}

/**
 * The arrival rates of `scenario` when its stages take `durationMs` together; left out: as long as they say. Undefined
 * for a scenario that lists its workers, whose number is fixed, and for one with a closed model, whose rate the
 * platform decides.
 *
 * @example
 * ```ts
 * const rates = arrivalRatesOf(scenario); // disconnect-storm: 2,500 workers in 6 s, at most 500 a second
 * rates.rateOf(5000); // 833.3
 * rates.peakFactor; // 1.2
 * ```
 */
export function arrivalRatesOf(scenario: Scenario, durationMs?: number): ArrivalRates | undefined {
  if (scenario.workers !== undefined) return undefined;
  const groups = groupsOf(scenario).flatMap(({ startTime, arrivals }) =>
    isClosed(arrivals) ? [] : [{ startTime, ...arrivals }],
  );
  if (groups.length < groupsOf(scenario).length) return undefined;
  const arrivalsMs = durationMs ?? arrivalsMsOf(scenario);
  return {
    arrivalsMs,
    ownWorkers: Math.max(1, workersOf(scenario)),
    mostWorkers: MAX_WORKERS,
    // The stages as they stand: a duration stretches them all alike.
    peakFactor: (peakRate(groups) * arrivalsMsOf(scenario)) / (1000 * sumOf(groups, expectedArrivals)),
    rateOf: (workers) => (workers * 1000) / arrivalsMs,
    workersAt: (rate) => Math.max(1, Math.round((rate * arrivalsMs) / 1000)),
  };
}

/** Arrivals at a rate, from `startTime` on, ms. */
interface RateGroup extends RateArrivals {
  readonly startTime: number;
}

function sumOf(groups: readonly RateGroup[], of: (group: RateGroup) => number): number {
  return groups.reduce((sum, group) => sum + of(group), 0);
}

/** The greatest arrival rate of all groups together. Between two ends of stages it is linear. */
function peakRate(groups: readonly RateGroup[]): number {
  const ends = groups.flatMap(({ startTime, stages }) => {
    let end = startTime;
    return [startTime, ...stages.map(({ duration }) => (end += duration))];
  });
  return Math.max(
    ...ends.flatMap((end) => [
      sumOf(groups, (group) => rateAt(group, end, "before")),
      sumOf(groups, (group) => rateAt(group, end, "after")),
    ]),
  );
}

/** The arrival rate of a group just before or after a time, ms. */
function rateAt({ startTime, startRate, stages }: RateGroup, atMs: number, side: "before" | "after"): number {
  const isOver = (end: number): boolean => (side === "after" ? atMs >= end : atMs > end);
  if (!isOver(startTime)) return 0;
  let begin = startTime;
  let rate = startRate;
  for (const { duration, target } of stages) {
    if (!isOver(begin + duration)) return rate + ((target - rate) * (atMs - begin)) / duration;
    begin += duration;
    rate = target;
  }
  return 0;
}
