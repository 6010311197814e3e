/** Waits for an event or a mailbox, and increments the mark before it blocks. Posts the result. */
import { parentPort, workerData } from "node:worker_threads";
import {
  Arena,
  block,
  neverAbsent,
  openMailbox,
  takeControl,
  type Json,
} from "../../../../dist/platform/sync/index.js";

export interface WaiterData {
  readonly shared: SharedArrayBuffer;
  /** The slot's event `didSubmit`, or its sound mailbox. */
  readonly what: "event" | "mailbox";
  readonly timeoutMs: number;
  /** One Int32: how many times a waiter has begun to block. */
  readonly mark: SharedArrayBuffer;
}

/** Whether the event was set; or the message. */
export type WaiterResult = Json | undefined;

const { shared, what, timeoutMs, mark } = workerData as WaiterData;
const slot = Arena.attach(shared).slot(0);
const counter = new Int32Array(mark);
takeControl({
  before: () => undefined,
  notify: (cells, index) => Atomics.notify(cells, index),
  wait: (cells, index, expected, remaining) => {
    Atomics.add(counter, 0, 1);
    return Atomics.wait(cells, index, expected, remaining);
  },
});
let found: WaiterResult;
if (what === "event") {
  found = slot.event("didSubmit").wait(timeoutMs);
} else {
  const mailbox = openMailbox(slot);
  block(mailbox.waitForChangeSteps(timeoutMs, neverAbsent));
  found = mailbox.take();
}
parentPort?.postMessage(found);
