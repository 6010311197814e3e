/**
 * Shrinks a failing plan to a small one that fails in the same way: fewer workers, fewer live updates, fewer faults, a
 * shorter time. The candidates and their order depend only on the plan and on the results of the candidates, so
 * shrinking is reproducible.
 */
import {
  toMicrosecond,
  type PlannedAction,
  type ReconnectPlan,
  type TaskPlan,
  type WorkerPlan,
} from "../../scenario/index.js";
import { FAULT_KINDS, type FaultRates } from "../../faults/index.js";

/** What is shrunk. */
export interface ShrinkablePlan {
  readonly workers: readonly WorkerPlan[];
  /** Absent: no faults. */
  readonly faultRates?: FaultRates | undefined;
}

export interface ShrunkPlan {
  readonly smallest: ShrinkablePlan;
  /** How many candidates were tried. */
  readonly tried: number;
  /**
   * Why it ended: no smaller candidate fails (`smallest`), the limit of tries (`tries`), or the limit of time (`time`).
   * Only the last depends on the machine.
   */
  readonly ended: "smallest" | "tries" | "time";
}

export interface ShrinkBounds {
  /** The most calls of `fails`. */
  readonly tries: number;
  /** Called before each call of `fails`; true ends the search. By default there is no limit. */
  readonly outOfTime?: () => boolean;
}

/**
 * Makes `start`, which fails, as small as possible so that it still fails, within `bounds`. An error of `fails` is
 * thrown.
 */
export function shrinkPlan(
  start: ShrinkablePlan,
  fails: (candidate: ShrinkablePlan) => boolean,
  bounds: ShrinkBounds,
): ShrunkPlan {
  const search = new PlanShrinker(start, fails, bounds);
  for (let smaller = true; smaller; ) {
    smaller = search.fewerWorkers();
    smaller = search.fewerFaults() || smaller;
    smaller = search.simplerWorkers() || smaller;
    smaller = search.shorter() || smaller;
  }
  return { smallest: search.smallest, tried: search.tried, ended: search.cutBy ?? "smallest" };
}

class PlanShrinker {
  smallest: ShrinkablePlan;
  tried = 0;
  /** The limit that was reached. From then on nothing is tried, so that the search ends. */
  cutBy: "tries" | "time" | undefined;
  readonly #fails: (candidate: ShrinkablePlan) => boolean;
  readonly #bounds: ShrinkBounds;

  constructor(start: ShrinkablePlan, fails: (candidate: ShrinkablePlan) => boolean, bounds: ShrinkBounds) {
    this.smallest = start;
    this.#fails = fails;
    this.#bounds = bounds;
  }

  /** Applies `change` to the smallest plan if the result still fails. */
  #take(change: Partial<ShrinkablePlan>): boolean {
    if (this.tried >= this.#bounds.tries) this.cutBy ??= "tries";
    else if (this.#bounds.outOfTime?.() === true) this.cutBy ??= "time";
    if (this.cutBy !== undefined) return false;
    this.tried++;
    const candidate = { ...this.smallest, ...change };
    if (!this.#fails(candidate)) return false;
    this.smallest = candidate;
    return true;
  }

  /** Removes sequences of workers, first half of them and then shorter sequences (delta debugging). */
  fewerWorkers(): boolean {
    const before = this.smallest.workers.length;
    for (let size = Math.ceil(before / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < this.smallest.workers.length && this.smallest.workers.length > 1; ) {
        const { workers } = this.smallest;
        const rest = workers.filter((_, index) => index < from || index >= from + size);
        if (rest.length === 0 || !this.#take({ workers: renumbered(rest) })) from += size;
      }
    }
    return this.smallest.workers.length < before;
  }

  fewerFaults(): boolean {
    let any = false;
    for (const kind of FAULT_KINDS) {
      const rates = this.smallest.faultRates;
      if (rates !== undefined && rates[kind] > 0) any = this.#take({ faultRates: { ...rates, [kind]: 0 } }) || any;
    }
    const rates = this.smallest.faultRates;
    if (rates !== undefined && FAULT_KINDS.every((kind) => rates[kind] === 0))
      any = this.#take({ faultRates: undefined }) || any;
    return any;
  }

  simplerWorkers(): boolean {
    let any = false;
    for (let index = 0; index < this.smallest.workers.length; index++) {
      for (const simpler of SIMPLER) {
        // Repeatedly: half of the updates, then half of the rest.
        while (this.#replaceWorker(index, simpler)) any = true;
      }
    }
    return any;
  }

  #replaceWorker(index: number, simpler: (worker: WorkerPlan) => WorkerPlan | undefined): boolean {
    const { workers } = this.smallest;
    const worker = workers[index];
    const replacement = worker && simpler(worker);
    return (
      replacement !== undefined &&
      this.#take({ workers: workers.map((other, at) => (at === index ? replacement : other)) })
    );
  }

  /** Lets the first worker arrive at once, and all within half the time. */
  shorter(): boolean {
    const first = Math.min(...this.smallest.workers.map(({ arriveAt }) => arriveAt));
    let any =
      first > 0 && this.#take({ workers: this.smallest.workers.map((worker) => arriving(worker, (at) => at - first)) });
    while (Math.max(...this.smallest.workers.map(({ arriveAt }) => arriveAt)) > 1) {
      if (!this.#take({ workers: this.smallest.workers.map((worker) => arriving(worker, (at) => at / 2)) })) break;
      any = true;
    }
    return any;
  }
}

/** Ways to simplify a worker, the largest first; undefined if there is nothing to simplify. */
const SIMPLER: readonly ((worker: WorkerPlan) => WorkerPlan | undefined)[] = [
  ({ disconnect, ...worker }) => (disconnect === undefined ? undefined : worker),
  (worker) => withDisconnect(worker, ({ reconnect, ...drop }) => (reconnect === undefined ? undefined : drop)),
  (worker) => withReconnect(worker, ({ flapping, ...back }) => (flapping === undefined ? undefined : back)),
  (worker) => withActions(worker, "onboarding", (actions) => (actions.length > 0 ? [] : undefined)),
  (worker) => withActions(worker, "task", (actions) => (actions.length > 0 ? [] : undefined)),
  (worker) =>
    withActions(worker, "task", (actions) => (actions.length > 1 ? actions.slice(0, actions.length / 2) : undefined)),
  (worker) => withActions(worker, "task", (actions) => (actions.length > 1 ? actions.slice(0, -1) : undefined)),
  (worker) => withActions(worker, "task", (actions) => (actions.length > 1 ? actions.slice(1) : undefined)),
  (worker) =>
    withActions(worker, "task", (actions) =>
      actions.some(({ duplicate }) => duplicate) ? actions.map(sentOnce) : undefined,
    ),
  (worker) =>
    withActions(worker, "task", (actions) =>
      actions.some(({ payloadBytes }) => payloadBytes > 0) ? actions.map(emptied) : undefined,
    ),
  (worker) =>
    withReconnect(worker, ({ task, ...back }) =>
      task === undefined || task.actions.length === 0 ? undefined : { ...back, task: { ...task, actions: [] } },
    ),
];

function withDisconnect(
  worker: WorkerPlan,
  change: (drop: NonNullable<WorkerPlan["disconnect"]>) => WorkerPlan["disconnect"],
): WorkerPlan | undefined {
  const disconnect = worker.disconnect && change(worker.disconnect);
  return disconnect && { ...worker, disconnect };
}

function withReconnect(
  worker: WorkerPlan,
  change: (back: ReconnectPlan) => ReconnectPlan | undefined,
): WorkerPlan | undefined {
  return withDisconnect(worker, (drop) => {
    const reconnect = drop.reconnect && change(drop.reconnect);
    return reconnect && { ...drop, reconnect };
  });
}

function withActions(
  worker: WorkerPlan,
  phase: "onboarding" | "task",
  change: (actions: readonly PlannedAction[]) => readonly PlannedAction[] | undefined,
): WorkerPlan | undefined {
  const plan: { readonly actions: TaskPlan["actions"] } | undefined = worker[phase];
  const actions = plan && change(plan.actions);
  return actions && { ...worker, [phase]: { ...plan, actions } };
}

const sentOnce = (action: PlannedAction): PlannedAction => ({ ...action, duplicate: false });
const emptied = (action: PlannedAction): PlannedAction => ({ ...action, payloadBytes: 0 });

/** `worker` with the times changed that count from the start of the run: its arrival, and a drop in a window. */
function arriving(worker: WorkerPlan, change: (at: number) => number): WorkerPlan {
  const arriveAt = toMicrosecond(change(worker.arriveAt));
  const { disconnect } = worker;
  if (disconnect?.since !== "run") return { ...worker, arriveAt };
  // The time from its arrival to the drop stays the same.
  return {
    ...worker,
    arriveAt,
    disconnect: { ...disconnect, at: toMicrosecond(arriveAt + disconnect.at - worker.arriveAt) },
  };
}

function renumbered(workers: readonly WorkerPlan[]): WorkerPlan[] {
  return workers.map((worker, index) => ({ ...worker, index }));
}
