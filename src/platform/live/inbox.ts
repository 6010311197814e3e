/** Receiving from a mailbox, and sending to one that may be full, without losing the order or blocking the thread. */
import {
  MailboxFullError,
  neverAbsent,
  wait,
  type Json,
  type Mailbox,
  type Reactor,
  type Steps,
} from "../sync/index.js";

/** How long a sender waits before it tries a full mailbox again, ms. */
const RETRY_MS = 1;

/**
 * After so many messages in a row the thread's other coroutines get a turn: a sender that is as fast would starve them.
 */
const MESSAGES_IN_A_ROW = 256;

/**
 * Hands every message of `mailbox` to `handle`, in order, until the mailbox is shut down and empty.
 * @param recheckMs how often to look into the mailbox without a wake-up, ms; `Infinity` where no wake-up can be lost
 */
export function* receive(
  mailbox: Mailbox,
  reactor: Reactor,
  handle: (message: Json) => void,
  recheckMs = Infinity,
): Steps<void> {
  for (;;) {
    let inARow = 0;
    for (let message = mailbox.take(); message !== undefined; message = mailbox.take()) {
      handle(message);
      if (++inARow % MESSAGES_IN_A_ROW === 0) yield* wait(reactor.sleep(0));
    }
    if (mailbox.isShutdown && mailbox.isEmpty()) return;
    yield* mailbox.waitForChangeSteps(recheckMs, neverAbsent);
  }
}

/** Sends in order. A message for which there is no room waits here, and is tried again. */
export interface Outbox<T = Json> {
  send(message: T): void;
  /** How many messages wait for room. */
  readonly waiting: number;
}

/** @param offer tries to send; returns false when there is no room now */
export function createOutbox<T>(reactor: Reactor, offer: (message: T) => boolean, onFull: () => void): Outbox<T> {
  const waiting: T[] = [];
  let first = 0;

  const again = (): void => void reactor.at(reactor.clock.now() + RETRY_MS, retry);
  const retry = (): void => {
    for (let message = waiting[first]; message !== undefined; message = waiting[first]) {
      if (!offered(message)) {
        onFull();
        // Drops what was sent: a queue that is never empty would keep all that it ever held.
        if (first > waiting.length / 2) {
          waiting.splice(0, first);
          first = 0;
        }
        again();
        return;
      }
      first++;
    }
    waiting.length = 0;
    first = 0;
  };
  /** Skips a message that can never be sent, so that the messages behind it are. */
  const offered = (message: T): boolean => {
    try {
      return offer(message);
    } catch (error) {
      first++;
      again();
      throw error;
    }
  };

  return {
    send(message) {
      if (waiting.length > first) {
        waiting.push(message);
      } else if (!offer(message)) {
        onFull();
        waiting.push(message);
        again();
      }
    },
    get waiting() {
      return waiting.length - first;
    },
  };
}

/** An outbox to a mailbox. */
export function outboxTo(mailbox: Mailbox, reactor: Reactor, onFull: () => void): Outbox {
  return createOutbox<Json>(
    reactor,
    (message) => {
      try {
        mailbox.append(message);
        return true;
      } catch (error) {
        if (error instanceof MailboxFullError) return false;
        throw error;
      }
    },
    onFull,
  );
}
