/** When a worker's connection drops, by its plan, and for how long the worker is away. Times in ms on the run's clock. */
import type { WorkerPlan } from "../../scenario/index.js";

export interface Drops {
  /** When the connection drops next; `Infinity` when it does not. */
  readonly nextAt: number;
  /** The worker's task starts: some drops are planned from there. */
  taskStarts(at: number): void;
  /** The connection has dropped: how long the worker is away, `Infinity` when it stays away; and how long until that is noticed. */
  happened(): { readonly awayMs: number; readonly noticedAfter: number };
  /** The worker is back, its agent alive: what is planned to follow counts from here. */
  isBack(at: number): void;
}

export function plannedDrops(disconnect: WorkerPlan["disconnect"], originMs: number): Drops {
  let nextAt = disconnect?.since === "run" ? originMs + disconnect.at : Infinity;
  let awayMs = disconnect?.reconnect?.after ?? Infinity;
  let hasDropped = false;
  const more = [...(disconnect?.reconnect?.again ?? [])];
  return {
    get nextAt() {
      return nextAt;
    },
    taskStarts(at) {
      if (disconnect?.since === "task" && !hasDropped) nextAt = at + disconnect.at;
    },
    happened() {
      if (disconnect === undefined) throw new Error("a connection dropped that was not planned to");
      nextAt = Infinity;
      hasDropped = true;
      return { awayMs, noticedAfter: disconnect.noticedAfter };
    },
    isBack(at) {
      const again = more.shift();
      if (again === undefined) return;
      awayMs = again.after;
      nextAt = at + again.online;
    },
  };
}
