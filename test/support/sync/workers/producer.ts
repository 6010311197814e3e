/**
 * Appends `count` messages `[producer, number]` to each of its mailboxes, in rounds. Retries when one is full. Posts
 * the number of refusals.
 */
import { parentPort, workerData } from "node:worker_threads";
import {
  Arena,
  MailboxFullError,
  openMailbox,
  type Mailbox,
  type MailboxKind,
} from "../../../../dist/platform/sync/index.js";

export interface ProducerData {
  readonly shared: SharedArrayBuffer;
  readonly kind: MailboxKind;
  readonly slots: readonly number[];
  readonly producer: number;
  /** Messages to each mailbox. */
  readonly count: number;
}

export interface ProducerResult {
  readonly refused: number;
}

const { shared, kind, slots, producer, count } = workerData as ProducerData;
const arena = Arena.attach(shared);
const mailboxes = slots.map((slot) => openMailbox(arena.slot(slot), kind));
const neverNotified = new Int32Array(new SharedArrayBuffer(4));
let refused = 0;

function append(mailbox: Mailbox, message: number[]): void {
  for (;;) {
    try {
      mailbox.append(message);
      return;
    } catch (error) {
      if (!(error instanceof MailboxFullError)) throw error;
      refused++;
      // Yields the processor to the consumer.
      Atomics.wait(neverNotified, 0, 0, 0.05);
    }
  }
}

for (let number = 0; number < count; number++) {
  for (const mailbox of mailboxes) append(mailbox, [producer, number]);
}
arena.detach();
parentPort?.postMessage({ refused } satisfies ProducerResult);
