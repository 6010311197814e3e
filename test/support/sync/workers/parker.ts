/** A thread that parks while its coroutine counts wake-ups. A message ends it. */
import { parentPort, workerData } from "node:worker_threads";
import { Arena, park, spawn, wait, type Steps } from "../../../../dist/platform/sync/index.js";

export interface ParkerData {
  readonly shared: SharedArrayBuffer;
  readonly rounds: number;
}

export interface ParkerResult {
  readonly woken: number;
  readonly slept: number;
  readonly polled: boolean;
  readonly messages: readonly unknown[];
}

const { shared, rounds } = workerData as ParkerData;
const arena = Arena.attach(shared);
const slot = arena.slot(0);
const messages: unknown[] = [];
let woken = 0;
let slept = 0;
let polled = false;

parentPort?.on("message", (message) => messages.push(message));

/** Answers each `didSubmit` with a `wantsAction`. */
function* answer(): Steps<void> {
  while (woken < rounds) {
    yield* wait(slot.event("didSubmit").waiting());
    slot.event("didSubmit").clear();
    woken++;
    slot.event("wantsAction").set();
  }
}
/** Sets `hasUpdatedStatus` after five sleeps. */
function* sleep(): Steps<void> {
  for (; slept < 5; slept++) yield* wait(arena.reactor.sleep(0.2));
  slot.event("hasUpdatedStatus").set();
}
const failed = (error: unknown): void => {
  throw error;
};
spawn(answer(), () => undefined, failed);
spawn(sleep(), () => undefined, failed);

await park(arena.reactor, {
  cells: arena.cells,
  doorbell: arena.doorbell,
  poll: () => {
    const first = !polled;
    polled = true;
    return first;
  },
  done: () => messages.includes("end"),
});
parentPort?.postMessage({ woken, slept, polled, messages } satisfies ParkerResult);
parentPort?.close();
