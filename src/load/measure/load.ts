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

/** What the clients of a run over a network know of their requests. */
export interface RequestTally {
  /** Registrations that had no valid answer. */
  readonly unregistered: number;
  /** Submits, those of an onboarding included, and how many of them had a valid answer. */
  readonly submits: { readonly sent: number; readonly answered: number };
  /** The most frequent failure; undefined when nothing failed. */
  readonly why: string | undefined;
}

/**
 * As {@link loadGenerated}, over a network. That no submit was answered is a failure of the way there, whatever the
 * thresholds say.
 */
export function loadGeneratedOver(
  measurements: Pick<Measurements, "counters">,
  plannedWorkers: number,
  { unregistered, submits: { sent, answered }, why }: RequestTally,
): LoadVerdict {
  const because = why === undefined ? "" : `: ${why}`;
  const failed = (what: string): LoadVerdict => ({ generated: false, why: what + because });
  if (unregistered > 0) return failed(`${unregistered} of ${plannedWorkers} workers could not register`);
  if (measurements.counters.agents_registered === 0) return failed("no agent was registered");
  if (sent > 0 && answered === 0)
    return failed(sent === 1 ? "the only submit had no valid answer" : `none of ${sent} submits had a valid answer`);
  return loadGenerated(measurements, plannedWorkers, 0);
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
  if (counters.workers_missing > 0)
    return failed(
      `the number of workers was not kept: all ${plannedWorkers} workers of the plan began before its end; ` +
        "they stayed for a shorter time than planned; a greater maxWorkers in arrivals plans more of them",
    );
  if (ACTS.every((name) => counters[name] === 0))
    return failed("no worker acted: there was no live update, submit, return, disconnect or timeout");
  return { generated: true, why: null };
}
