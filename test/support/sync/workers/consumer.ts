/**
 * Takes `expected` messages from each of its mailboxes, in one of three ways. Each producer's messages must arrive once
 * each, in order. Posts the errors.
 */
import { parentPort, workerData } from "node:worker_threads";
import {
  Arena,
  block,
  neverAbsent,
  openMailbox,
  park,
  spawn,
  suspend,
  type Mailbox,
  type MailboxKind,
  type Steps,
} from "../../../../dist/platform/sync/index.js";

export interface ConsumerData {
  readonly shared: SharedArrayBuffer;
  readonly kind: MailboxKind;
  readonly slots: readonly number[];
  readonly way: "blocking" | "event loop" | "parked";
  readonly producers: number;
  /** Messages of all producers to each mailbox. */
  readonly expected: number;
  /** The timeout of a wait, ms, after which the mailbox is polled; `Infinity` for the sound mailbox. */
  readonly repollMs: number;
}

export interface ConsumerResult {
  readonly taken: number;
  /** The first few messages that were out of order, lost or duplicated. */
  readonly wrong: readonly string[];
  readonly left: number;
}

const { shared, kind, slots, way, producers, expected, repollMs } = workerData as ConsumerData;
const arena = Arena.attach(shared);
const wrong: string[] = [];
let taken = 0;

function* consume(mailbox: Mailbox, slot: number): Steps<void> {
  const next = new Array<number>(producers).fill(0);
  for (let here = 0; here < expected; ) {
    yield* mailbox.waitForChangeSteps(repollMs, neverAbsent);
    for (let message = mailbox.take(); message !== undefined; message = mailbox.take()) {
      const [producer, number] = message as [number, number];
      if (number !== next[producer] && wrong.length < 5) {
        wrong.push(`slot ${slot}, producer ${producer}: message ${number} instead of ${next[producer]}`);
      }
      next[producer] = number + 1;
      here++;
      taken++;
    }
  }
}

const mailboxes = slots.map((slot) => ({ slot, mailbox: openMailbox(arena.slot(slot), kind) }));
switch (way) {
  case "blocking":
    for (const { mailbox, slot } of mailboxes) block(consume(mailbox, slot));
    break;
  case "event loop":
    await Promise.all(mailboxes.map(({ mailbox, slot }) => suspend(consume(mailbox, slot))));
    break;
  case "parked": {
    let running = mailboxes.length;
    const failed = (error: unknown): void => {
      throw error;
    };
    for (const { mailbox, slot } of mailboxes) spawn(consume(mailbox, slot), () => running--, failed);
    await park(arena.reactor, { cells: arena.cells, doorbell: arena.doorbell, done: () => running === 0 });
    break;
  }
}
const left = mailboxes.reduce((sum, { mailbox }) => sum + mailbox.size, 0);
parentPort?.postMessage({ taken, wrong, left } satisfies ConsumerResult);
