/** Many coroutines of one thread that wait for events. Sets the mark when all wait. Posts the results. */
import { parentPort, workerData } from "node:worker_threads";
import { Arena } from "../../../../dist/platform/sync/index.js";

export interface CrowdData {
  readonly shared: SharedArrayBuffer;
  readonly waiters: number;
  /** Slots over which the waiters are spread. */
  readonly slots: number;
  readonly timeoutMs: number;
  /** One Int32: the number of threads whose coroutines all wait. */
  readonly mark: SharedArrayBuffer;
}

export interface CrowdResult {
  readonly results: { readonly set: number; readonly timedOut: number };
  /** The entries that the reactor still has. */
  readonly left: { readonly waiting: number; readonly timers: number };
}

const { shared, waiters, slots, timeoutMs, mark } = workerData as CrowdData;
const arena = Arena.attach(shared);
const answers = Array.from({ length: waiters }, (_, i) =>
  arena
    .slot(i % slots)
    .event("didSubmit")
    .waitAsync(timeoutMs),
);
Atomics.add(new Int32Array(mark), 0, 1);
const set = (await Promise.all(answers)).filter((answer) => answer).length;
const { waiting, timers } = arena.reactor;
parentPort?.postMessage({
  results: { set, timedOut: waiters - set },
  left: { waiting, timers: timers.size },
} satisfies CrowdResult);
