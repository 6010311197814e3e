/** Whether the load of a run was generated. A run without load shows nothing. */
import type { Measurements } from "./measurements.js";
import type { CounterName } from "./metrics.js";

export interface LoadVerdict {
  readonly generated: boolean;
  /** Why not, one line; null when it was generated. */
  readonly why: string | null;
}

/** Counters of what a worker, or its agent, does after the registration. */
const ACTS = [
  "live_updates_sent",
  "submits_acknowledged",
  "returns",
  "disconnects",
  "timeouts",
  "submit_timeouts",
] as const satisfies readonly CounterName[];

/** As {@link loadGenerated}, over a network. `unregistered`: registrations that had no valid answer; `why`: what came instead. */
export function loadGeneratedOver(
  measurements: Pick<Measurements, "counters">,
  plannedWorkers: number,
  { unregistered, why }: { readonly unregistered: number; readonly why: string | undefined },
): LoadVerdict {
  if (unregistered === 0) return loadGenerated(measurements, plannedWorkers, 0);
  return {
    generated: false,
    why: `${unregistered} of ${plannedWorkers} workers could not register${why === undefined ? "" : `: ${why}`}`,
  };
}

/**
 * @param plannedWorkers the workers of the plan
 * @param lostWorkers how many of them had not finished when their client thread was killed
 */
export function loadGenerated(
  { counters }: Pick<Measurements, "counters">,
  plannedWorkers: number,
  lostWorkers: number,
): LoadVerdict {
  const failed = (why: string): LoadVerdict => ({ generated: false, why });
  if (lostWorkers > 0)
    return failed(`${lostWorkers} of ${plannedWorkers} workers had not finished when their client thread was killed`);
  if (counters.agents_registered === 0) return failed("no agent was registered");
  if (ACTS.every((name) => counters[name] === 0))
    return failed("no worker acted: there was no live update, submit, return, disconnect or timeout");
  return { generated: true, why: null };
}
