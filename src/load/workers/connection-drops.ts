/** When a worker's connection drops, by its plan, and for how long the worker is away. Times in ms on the run's clock. */
import type { WorkerPlan } from "../scenario/index.js";

export interface ConnectionDrops {
  /** When the connection drops next; `Infinity` when it does not. */
  readonly nextAt: number;
  /** The worker's task starts: some drops are planned from there. */
  onTaskStart(at: number): void;
  /** The connection has dropped: how long the worker is away, `Infinity` when it stays away; and how long until that is noticed. */
  onDrop(): { readonly awayMs: number; readonly detectionDelay: number };
  /** The worker is back, its agent alive: what is planned to follow counts from here. */
  onReconnect(at: number): void;
}

export function createConnectionDrops(disconnect: WorkerPlan["disconnect"], originMs: number): ConnectionDrops {
  let nextAt = disconnect?.since === "run" ? originMs + disconnect.at : Infinity;
  let awayMs = disconnect?.reconnect?.after ?? Infinity;
  let hasDropped = false;
  const more = [...(disconnect?.reconnect?.flapping ?? [])];
  return {
    get nextAt() {
      return nextAt;
    },
    onTaskStart(at) {
      if (disconnect?.since === "task" && !hasDropped) nextAt = at + disconnect.at;
    },
    onDrop() {
      if (disconnect === undefined) throw new Error("a connection dropped that was not planned to");
      nextAt = Infinity;
      hasDropped = true;
      return { awayMs, detectionDelay: disconnect.detectionDelay };
    },
    onReconnect(at) {
      const next = more.shift();
      if (next === undefined) return;
      awayMs = next.after;
      nextAt = at + next.online;
    },
  };
}
