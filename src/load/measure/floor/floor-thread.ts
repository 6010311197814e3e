/**
 * The receiving thread of a run's floor. It waits for each message with a bare `Atomics.wait` and measures its time
 * under way.
 */
import { workerData } from "node:worker_threads";
import { at } from "../../../vocabulary/index.js";
import { systemClock } from "../../../platform/sync/index.js";
import { openLane } from "./handover.js";
import { answerQuestions } from "./threads.js";

export interface FloorThread {
  readonly lane: SharedArrayBuffer;
  /** Float64: when the message under way was sent, ms. */
  readonly sentAt: SharedArrayBuffer;
}

const { lane: sharedLane, sentAt: sharedSentAt } = workerData as FloorThread;
const lane = openLane(sharedLane);
const sentAt = new Float64Array(sharedSentAt);

/** The question is the number of messages; the answer is the time that each was under way, ms. */
answerQuestions(
  (messages: number) =>
    Float64Array.from({ length: messages }, (_, index) => {
      lane.park(index + 1);
      lane.receive(index + 1);
      return systemClock.now() - at(sentAt, 0);
    }),
  () => undefined,
);
