/**
 * A thread's database beside the writer thread: a connection of its own for reads, and the writer's client for writes.
 *
 * Answers come in the order of the writes, so that a queue is enough to tell whose they are. Taking answers from the port and
 * resuming who waits for them are two steps: a thread blocked in one wait takes everybody's answers, but resumes the others
 * only after the code that blocked it has ended its turn. Nothing of theirs runs inside that code's call.
 */
import { receiveMessageOnPort } from "node:worker_threads";
import type { Wait, Waiter } from "../sync/index.js";
import { openReader } from "./connection.js";
import { throwUnhandled, type Database, type DatabaseOptions } from "./database.js";
import { closed, DatabaseError } from "./database-errors.js";
import type { WriteArgs, WriteName, WriteResult } from "./reads-and-writes.js";
import {
  fromWire,
  openSignals,
  incrementAndNotify,
  type Answers,
  type ClientMessage,
  type DatabaseConnection,
} from "./protocol.js";
import { createReads } from "./reads.js";
import { createPacker } from "./packed-writes.js";

/** A database whose writes the writer thread executes. */
export interface ConnectedDatabase extends Database {
  /**
   * Sends what is to be sent and resumes whoever has an answer, without the event loop. Returns whether there was any.
   * For a thread that parks: call it before parking, after looking at its doorbell.
   */
  poll(): boolean;
}

/** Writes sent as one message at most; the writer takes a message whole, so this bounds its groups too. */
const MAX_MESSAGE = 200;

type Settled = { readonly value: unknown } | { readonly error: DatabaseError };

/** A write on its way, or several in a row that nobody waits for. */
interface Pending {
  /** How many. */
  writes: number;
  /** Set when it is answered. */
  outcome: Settled | undefined;
  /** Set when somebody waits for it other than blocked. */
  waiter: Waiter<unknown> | undefined;
  /** The write after it. */
  next: Pending | undefined;
}

function newPending(waiter: Pending["waiter"]): Pending {
  return { writes: 1, outcome: undefined, waiter, next: undefined };
}

/** Of writes that give nothing. */
const NOTHING: Settled = { value: undefined };

/**
 * Connects this thread to the database by a connection from {@link WriterHandle.connect}. Throws {@link DatabaseError} when the
 * file cannot be read.
 *
 * The writes of one synchronous stretch go to the writer together. While any is unanswered, the connection keeps the
 * thread alive. If the writer stops, every wait fails with a {@link DatabaseError} that says why. One death cannot be told to
 * a blocked thread: that of a writer which ran out of memory, to the very thread that started it, as that thread would have
 * had to notice. Code on that thread that must not hang waits without blocking.
 */
export function connectDatabase(
  { path, port, signals: signalBuffer, requests }: DatabaseConnection,
  { onError = throwUnhandled }: DatabaseOptions = {},
): ConnectedDatabase {
  const reader = openReader(path);
  const signals = openSignals(signalBuffer);
  const writerBell = new Int32Array(requests);
  const outbox = createPacker();
  /** The unanswered writes, linked in their order. */
  let oldest: Pending | undefined;
  let newest: Pending | undefined;
  /** Answered writes whose waiters are to be resumed, from `next` on: shifting each out of a long array would move all the others. */
  const answered: { readonly outcome: Pending["outcome"]; readonly waiter: Pending["waiter"] }[] = [];
  let next = 0;
  /** Of a write that nobody waits for: told of a failure only. */
  const unwaited: Waiter<unknown> = { resume: () => undefined, fail: (error) => onError(error as DatabaseError) };
  /** Why writes can no longer be sent. */
  let ended: DatabaseError | undefined;

  const post = (message: ClientMessage): void => {
    port.postMessage(message);
    incrementAndNotify(writerBell, 0);
  };

  const flush = (): void => {
    if (outbox.size === 0) return;
    post(outbox.take());
    // After posting: had the writer stopped in between, nothing would come back.
    checkStopped();
  };

  const enqueue = <K extends WriteName>(name: K, args: WriteArgs<K>): void => {
    if (outbox.size === 0) queueMicrotask(flush);
    outbox.add(name, args);
    if (outbox.size === MAX_MESSAGE) flush();
  };

  /** Has the answer that comes after all others be that of `entry`. */
  const expect = (entry: Pending): void => {
    if (newest === undefined) {
      oldest = entry;
      port.ref();
    } else {
      newest.next = entry;
    }
    newest = entry;
  };

  const settle = (outcome: Settled): void => {
    const entry = oldest;
    if (entry === undefined) throw new Error(`${path}: the database writer answered a write that was not sent`);
    if (entry.waiter === unwaited) {
      if ("error" in outcome) answered.push({ outcome, waiter: unwaited });
    } else if (entry.waiter !== undefined) {
      answered.push(entry);
    }
    if (--entry.writes > 0) return;
    entry.outcome = outcome;
    oldest = entry.next;
    if (oldest === undefined) {
      newest = undefined;
      port.unref();
    }
  };

  const take = ({ writes, places, values, failures }: Answers): void => {
    let given = 0;
    let failed = 0;
    for (let place = 0; place < writes; place++) {
      const failure = failures[failed];
      if (failure?.place === place) {
        failed++;
        settle({ error: fromWire(failure.error) });
      } else if (places[given] === place) {
        settle({ value: values[given++] });
      } else {
        settle(NOTHING);
      }
    }
  };

  const drain = (): void => {
    for (;;) {
      const received = receiveMessageOnPort(port) as { message: Answers } | undefined;
      if (received === undefined) return;
      take(received.message);
    }
  };

  const checkStopped = (): void => {
    const reason = signals.stopped();
    if (reason !== undefined) end(reason);
  };

  /** Fails what the writer did not answer before it stopped. */
  const end = (reason: string): void => {
    if (ended !== undefined) return;
    drain();
    ended = new DatabaseError(`the database writer stopped: ${reason}`);
    outbox.take();
    while (oldest !== undefined) settle({ error: ended });
    if (answered.length > 0) queueMicrotask(deliver);
  };

  const deliver = (): boolean => {
    const any = answered.length > 0;
    for (let entry = answered[next]; entry !== undefined; entry = answered[next]) {
      // Before resuming, in which somebody may deliver what is left.
      next++;
      const { outcome, waiter } = entry;
      if (outcome === undefined || waiter === undefined) continue;
      if ("error" in outcome) waiter.fail(outcome.error);
      else waiter.resume(outcome.value);
    }
    answered.length = 0;
    next = 0;
    return any;
  };

  const outcomeOf = (entry: Pending): Settled => {
    flush();
    for (;;) {
      const seen = signals.answers();
      if (entry.outcome === undefined) drain();
      if (entry.outcome === undefined) checkStopped();
      if (entry.outcome !== undefined) break;
      signals.wait(seen);
    }
    if (answered.length > 0) queueMicrotask(deliver);
    return entry.outcome;
  };

  port.on("message", (message: Answers) => {
    take(message);
    checkStopped();
    deliver();
  });
  // The other end goes with its thread, however that thread ended.
  port.on("close", () => {
    end(signals.stopped() ?? "its thread ended");
    deliver();
  });
  port.unref();

  return {
    path,
    ...createReads(reader),

    write<K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>> {
      const entry = newPending(undefined);
      if (ended !== undefined) {
        entry.outcome = { error: ended };
      } else {
        expect(entry);
        enqueue(name, args);
      }
      return {
        block: () => {
          const outcome = outcomeOf(entry);
          if ("error" in outcome) throw outcome.error;
          return outcome.value as WriteResult<K>;
        },
        start: (waiter) => {
          const { outcome } = entry;
          // The writer answers a write of this name with what it gives.
          if (outcome === undefined) entry.waiter = waiter;
          else if ("error" in outcome) waiter.fail(outcome.error);
          else waiter.resume(outcome.value as WriteResult<K>);
        },
      };
    },

    send(name, ...args) {
      if (ended !== undefined) {
        onError(ended);
        return;
      }
      if (newest?.waiter === unwaited) newest.writes++;
      else expect(newPending(unwaited));
      enqueue(name, args);
    },

    poll() {
      flush();
      drain();
      checkStopped();
      return deliver();
    },

    close() {
      if (!reader.open) return;
      // Who waits for what is answered by this learns of it afterwards, as ever.
      if (newest !== undefined) outcomeOf(newest);
      if (ended === undefined) {
        post("end");
        ended = closed(path);
      }
      port.close();
      reader.close();
    },
  };
}
