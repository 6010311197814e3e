/** The arrival rate of a plan, and the number of workers that makes a rate. */
import { arrivalsMsOf, expectedArrivals, MAX_WORKERS, workersOf, type Scenario } from "../scenario/index.js";

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
 * for a scenario that lists its workers, whose number is fixed.
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
  const arrivalsMs = durationMs ?? arrivalsMsOf(scenario);
  const peak = peakOf(scenario.arrivals);
  return {
    arrivalsMs,
    ownWorkers: Math.max(1, workersOf(scenario)),
    mostWorkers: MAX_WORKERS,
    // The stages as they stand: a duration stretches them all alike.
    peakFactor: (peak * arrivalsMsOf(scenario)) / (1000 * expectedArrivals(scenario.arrivals)),
    rateOf: (workers) => (workers * 1000) / arrivalsMs,
    workersAt: (rate) => Math.max(1, Math.round((rate * arrivalsMs) / 1000)),
  };
}

/** The greatest rate of the stages that last. */
function peakOf({ startRate, stages }: Scenario["arrivals"]): number {
  let rate = startRate;
  let peak = 0;
  for (const { duration, target } of stages) {
    if (duration > 0) peak = Math.max(peak, rate, target);
    rate = target;
  }
  return peak;
}
