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

/** So many messages in a row, and then whatever else the thread has to do: a sender that is as fast would be listened to for ever. */
const MESSAGES_IN_A_ROW = 256;

/**
 * Hands every message of `mailbox` to `handle`, in order, until the mailbox is shut down and empty. It looks into the mailbox every
 * `recheckMs` (ms) even if nobody has woken it; `Infinity` where every wake-up arrives.
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

/** Sends in order; what finds no room waits here, and is tried again. */
export interface Outbox {
  send(message: Json): void;
  /** How many messages wait for room. */
  readonly waiting: number;
}

/** An outbox over anything that may refuse: `offer` returns false when there is no room now. */
export function createOutbox<T>(
  reactor: Reactor,
  offer: (message: T) => boolean,
  onFull: () => void,
): { send(message: T): void; readonly waiting: number } {
  const waiting: T[] = [];
  let first = 0;

  const again = (): void => void reactor.at(reactor.clock.now() + RETRY_MS, retry);
  const retry = (): void => {
    for (let message = waiting[first]; message !== undefined; message = waiting[first]) {
      if (!offered(message)) {
        onFull();
        // A queue that is never empty would keep all that it ever held.
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
  /** One that can never be sent is not to keep those behind it. */
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
