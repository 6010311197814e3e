/** The receiving thread of a run's floor: parked in a bare wait for each message, it takes the time from its sending. */
import { workerData } from "node:worker_threads";
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

/** The question is how many messages will come, the answer how long each was under way, ms. */
answerQuestions(
  (messages: number) =>
    Float64Array.from({ length: messages }, (_, at) => {
      lane.park(at + 1);
      lane.receive(at + 1);
      return systemClock.now() - (sentAt[0] ?? 0);
    }),
  () => undefined,
);
