/**
 * A thread that a test kills. Posts its place in the arena. Then it appends messages without end; an incomplete message
 * is recognized by its content. With `stopAt` it appends or takes one message and stops before that operation on shared
 * memory.
 */
import { parentPort, workerData } from "node:worker_threads";
import {
  Arena,
  MailboxFullError,
  openMailbox,
  takeControl,
  type MailboxKind,
} from "../../../../dist/platform/sync/index.js";

export interface VictimData {
  readonly shared: SharedArrayBuffer;
  readonly kind: MailboxKind;
  readonly producer: number;
  readonly stopAt?: number;
  /** With `stopAt`: takes instead of appending. */
  readonly takes?: boolean;
  /** One Int32: 1 once it has stopped, 2 if it ended in fewer operations. */
  readonly mark: SharedArrayBuffer;
}

export type VictimMessage = readonly [producer: number, number: number, filler: string];

/** The text of a message. Length and content differ between messages, so that a partly written one is recognized. */
export function fillerOf(number: number): string {
  return String.fromCharCode(97 + (number % 26)).repeat((number * 7) % 60);
}

function run({ shared, kind, producer, stopAt, takes, mark }: VictimData): void {
  const arena = Arena.attach(shared);
  const mailbox = openMailbox(arena.slot(0), kind);
  parentPort?.postMessage(arena.thread);
  const cell = new Int32Array(mark);
  if (stopAt === undefined) {
    for (let number = 0; ; number++) {
      const message: VictimMessage = [producer, number, fillerOf(number)];
      for (let appended = false; !appended; ) {
        try {
          mailbox.append(message);
          appended = true;
        } catch (error) {
          if (!(error instanceof MailboxFullError)) throw error;
        }
      }
    }
  }
  let operations = 0;
  const step = (): void => {
    if (++operations !== stopAt) return;
    Atomics.store(cell, 0, 1);
    Atomics.wait(cell, 0, 1);
  };
  takeControl({
    before: step,
    wait: (cells, index, expected, timeoutMs) => Atomics.wait(cells, index, expected, timeoutMs),
    notify: (cells, index) => {
      step();
      return Atomics.notify(cells, index);
    },
  });
  if (takes === true) mailbox.take();
  else mailbox.append([producer, 0, fillerOf(0)]);
  Atomics.store(cell, 0, 2);
}

// The tests import this file for its types and `fillerOf`.
if (parentPort !== null) run(workerData as VictimData);
