/**
 * Shards of a plan: which workers a machine carries. All client threads of all machines take the workers in turn, so a
 * machine with twice the threads carries twice the workers. A worker draws from streams of its own: it does the
 * same on any machine.
 */
import { assert } from "../../../vocabulary/index.js";
import { closedLoadOf, type Plan } from "../../scenario/index.js";

/**
 * The threads of a machine among those of the run. Its worker threads have the numbers `first` to
 * `first + threads - 1`.
 */
export interface PlanShard {
  readonly first: number;
  /** 1 or more. */
  readonly threads: number;
  /** The client threads of all machines. */
  readonly of: number;
}

/** The shards of machines with so many client threads each. */
export function shardPlan(threads: readonly number[]): PlanShard[] {
  assert(
    threads.every((count) => Number.isInteger(count) && count > 0),
    "a machine has a whole number of client threads, 1 or more",
  );
  const of = threads.reduce((sum, count) => sum + count, 0);
  let first = 0;
  return threads.map((count) => {
    const shard = { first, threads: count, of };
    first += count;
    return shard;
  });
}

/** Whether the shard has the worker of this number. */
export function isInShard({ first, threads, of }: PlanShard, index: number, plan: Pick<Plan, "closed"> = {}): boolean {
  const thread = (closedLoadOf(plan, index)?.turnOf(index) ?? index) % of;
  return thread >= first && thread < first + threads;
}

/** How many of a plan's `workers` are in the shard. */
export function workersInShard({ first, threads, of }: PlanShard, workers: number): number {
  const rest = workers % of;
  return Math.floor(workers / of) * threads + Math.min(Math.max(rest - first, 0), threads);
}

/** The workers of the shard, as a reader can find them: "workers 2, 3, 6, 7, … (2 of every 4)". */
export function describeShard(shard: PlanShard, workers: number): string {
  const shown: number[] = [];
  const total = workersInShard(shard, workers);
  for (let index = 0; shown.length < Math.min(4, total); index++) if (isInShard(shard, index)) shown.push(index);
  if (total <= 4) return `workers ${shown.join(", ")}`;
  return `workers ${shown.join(", ")}, … (${shard.threads} of every ${shard.of})`;
}
