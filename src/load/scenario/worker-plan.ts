/**
 * What one simulated worker will do, fixed before the run. The engines follow it and make no decisions.
 *
 * All times are in ms, rounded to whole microseconds (at most three decimals). Each counts from the start of its phase,
 * so a late admission moves a worker's schedule but does not compress it.
 */

import type { TagSet } from "../measure/tags.js";
import type { PlannedFault } from "./plan-faults.js";

/** One live update that a worker sends. */
export interface PlannedAction {
  /** The intended time of the send, ms since the phase started. Sent then whether or not earlier ones were answered. */
  readonly at: number;
  /** How many bytes of text the update carries, beside its envelope. */
  readonly payloadBytes: number;
  /**
   * Whether the client sends this update twice, with the same `update_id`, as one whose acknowledgement was lost does.
   */
  readonly duplicate: boolean;
}

/** The onboarding of one worker. */
export interface OnboardingPlan {
  /** Live updates before the submit; `at` counts from the start of the onboarding. */
  readonly actions: readonly PlannedAction[];
  /** When the onboarding is submitted, ms since it started. */
  readonly submitAt: number;
  /** Whether the submitted work is good enough to be admitted to the task. */
  readonly passes: boolean;
  /**
   * How it ends before the submit, without the later updates. Not from a scenario, but from a fault of simulated time.
   */
  readonly leaves?: { readonly kind: "return" | "idle"; readonly at: number };
}

/**
 * How a worker's time on a unit ends, unless it disconnects first:
 * `submit`: submits the work; `return`: returns the unit;
 * `idle`: stays connected but sends nothing more, so that the task times out.
 * `at` is in ms since the task started.
 */
export interface TaskEnd {
  readonly kind: "submit" | "return" | "idle";
  readonly at: number;
}

/** The work of one worker on one unit. */
export interface TaskPlan {
  /** Live updates in the order of their times; `at` counts from the moment the task started for this worker. */
  readonly actions: readonly PlannedAction[];
  readonly end: TaskEnd;
}

/** A drop of a worker's connection. It has no effect on a worker that has ended by then. */
export interface DisconnectPlan {
  /**
   * What `at` counts from: `run`: the start of the run (a window); `task`: the start of this worker's task (an action).
   */
  readonly since: "run" | "task";
  /** When the connection drops, ms. With `run` it is never before the worker's arrival. */
  readonly at: number;
  /**
   * How long the platform takes to notice, ms: only then does the agent become `disconnect`, unless the worker is back.
   */
  readonly detectionDelay: number;
  /** The reconnect; absent when the worker stays away. */
  readonly reconnect?: ReconnectPlan;
}

/** A further drop of a connection, after a reconnect to a live agent. Times in ms. */
export interface RepeatedDrop {
  /** How long the connection holds after the reconnect. */
  readonly online: number;
  /** How long the worker is away this time. */
  readonly after: number;
}

/** The reconnect of a worker. */
export interface ReconnectPlan {
  /**
   * How long the worker is away, ms since the drop. If its agent is still alive by then it continues,
   * with all remaining actions later by this time. Otherwise it starts over: a new registration, its onboarding again
   * unless it passed that before, then `task`.
   */
  readonly after: number;
  /** What it does on a new unit; absent when its onboarding is planned to fail. */
  readonly task?: TaskPlan;
  /** Further drops, in their order; absent when there are none. They end with the agent. */
  readonly flapping?: readonly RepeatedDrop[];
}

/** Everything one simulated worker will do. */
export interface WorkerPlan {
  /** 0 … plan.workers - 1. Says nothing about the order of arrival. */
  readonly index: number;
  /** The name of the behaviour in the scenario that it was drawn from. */
  readonly behaviour: string;
  /**
   * When the worker arrives and registers, ms since the start of the run. In a closed model the run decides that: the
   * time that was given to {@link Plan.worker}, or the start of its group.
   */
  readonly arriveAt: number;
  /** The qualifications that it holds as the run begins, with their values; absent when it holds none. */
  readonly qualifications?: Readonly<Record<string, number>>;
  /** Absent when the scenario's task has no onboarding. */
  readonly onboarding?: OnboardingPlan;
  /** Absent when the onboarding is planned to fail: such a worker leaves after it. */
  readonly task?: TaskPlan;
  /** Absent when the connection never drops. */
  readonly disconnect?: DisconnectPlan;
}

/** A number of workers that is kept at a time of the run, ms. */
export interface KeptNumber {
  readonly at: number;
  /** Has a fraction when `--workers` scales it. */
  readonly workers: number;
}

/** Workers of a closed model: a number of them is kept. When one ends, the next of their sequence begins. */
export interface ClosedLoad {
  /** The indices of the sequence are `first` to `first + workers - 1`. */
  readonly first: number;
  /** The length of the sequence. When it is over, no worker begins any more. */
  readonly workers: number;
  /** The greatest number that is kept. */
  readonly most: number;
  /** What its workers do: behaviours of no worker outside the load. */
  readonly behaviours: readonly string[];
  /**
   * The number moves evenly from each to the next, and is rounded to the nearest whole one. No worker begins before the
   * first time or after the last.
   */
  readonly numbers: readonly KeptNumber[];
  /** The last time of `numbers`. */
  readonly endMs: number;
  /** Threads take the workers by this number in turn. */
  turnOf(index: number): number;
  /** When the number that thread `thread` of `threads` keeps rises or falls by one, ms of the run, in order. */
  changes(thread: number, threads: number): Iterable<{ readonly at: number; readonly by: 1 | -1 }>;
  /** The indices of the workers that this thread has begin, in order. */
  sequence(thread: number, threads: number): Iterable<number>;
}

/**
 * The actions of a run's workers, and its faults: a pure function of scenario, seed, number of workers and duration.
 */
export interface Plan {
  /** The name of the scenario. */
  readonly scenario: string;
  readonly seed: number;
  /** How many workers arrive: exactly this many. Of a closed model, the length of its sequence: at most this many. */
  readonly workers: number;
  /** The workers whose number is kept, by group; absent when all workers arrive at planned times. */
  readonly closed?: readonly ClosedLoad[];
  /** How long workers arrive, ms: until the stages of all groups are over. */
  readonly arrivalsMs: number;
  /**
   * The end of all planned events, ms from the start of the run: the stages of arrivals, the windows of
   * disconnects and the faults are over. The drain, with its timeout, is counted from here.
   */
  readonly scheduleMs: number;
  /** When the live run is shut down, ms from the start of the run; absent without a planned shutdown. */
  readonly shutdownAt?: number;
  /** The faults, in the order of their times; absent when there are none. */
  readonly faults?: readonly PlannedFault[];
  /**
   * What the measurements of a run can be divided by: its behaviours, and its later groups, windows, faults and
   * shutdown.
   */
  readonly tags: TagSet;
  /** The behaviour of worker `index`. The same as `worker(index).behaviour`, but cheap. */
  behaviourOf(index: number): string;
  /** When worker `index` arrives, ms from the start of the run. The same as `worker(index).arriveAt`, but cheap. */
  arriveAt(index: number): number;
  /**
   * The plan of worker `index` (0 … workers - 1), derived anew at each call: a run holds only the plans of the workers
   * that are present. It depends on scenario, seed, duration and index alone, so that no other worker changes it.
   * `startMs`: when the worker begins, ms of the run, if not at its planned time; a drop before that is omitted.
   * @throws {RangeError} for an index that the plan does not have.
   */
  worker(index: number, startMs?: number): WorkerPlan;
}
