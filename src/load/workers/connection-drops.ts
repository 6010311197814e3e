/**
 * When a worker's connection drops, by its plan, and for how long the worker is away. Times in ms on the run's clock.
 */
import { assert } from "../../vocabulary/index.js";
import type { RepeatedDrop, WorkerPlan } from "../scenario/index.js";

export class ConnectionDrops {
  readonly #plan: WorkerPlan["disconnect"];
  readonly #more: RepeatedDrop[];
  #nextAt: number;
  #awayMs: number;
  #hasDropped = false;

  constructor(plan: WorkerPlan["disconnect"], originMs: number) {
    this.#plan = plan;
    this.#more = [...(plan?.reconnect?.flapping ?? [])];
    this.#nextAt = plan?.since === "run" ? originMs + plan.at : Infinity;
    this.#awayMs = plan?.reconnect?.after ?? Infinity;
  }

  /** When the connection drops next; `Infinity` when it does not. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** The worker's task starts: some plans count from there. */
  onTaskStart(at: number): void {
    if (this.#plan?.since === "task" && !this.#hasDropped) this.#nextAt = at + this.#plan.at;
  }

  /** The connection has dropped. `awayMs` is `Infinity` when the worker does not come back. */
  onDrop(): { readonly awayMs: number; readonly detectionDelay: number } {
    assert(this.#plan !== undefined, "a connection dropped without a plan");
    this.#nextAt = Infinity;
    this.#hasDropped = true;
    return { awayMs: this.#awayMs, detectionDelay: this.#plan.detectionDelay };
  }

  /** The worker is back and its agent is alive: the next planned drop counts from `at`. */
  onReconnect(at: number): void {
    const next = this.#more.shift();
    if (next === undefined) return;
    this.#awayMs = next.after;
    this.#nextAt = at + next.online;
  }
}
