/**
 * A thread's side of the writer thread: sends writes, receives their outcomes and resumes the code that waits for them.
 *
 * Outcomes come in the order of the writes, so a queue is enough to match them. Receiving an outcome and resuming its
 * waiter are two steps: a thread that blocks in one wait receives all outcomes, but resumes the other waiters only
 * after the code that blocked has ended its turn. No other coroutine runs inside the call of that code.
 */
import { receiveMessageOnPort } from "node:worker_threads";
import { assert, AssertionError } from "../../vocabulary/index.js";
import type { Wait, Waiter } from "../sync/index.js";
import { closed, DatabaseError } from "./database-errors.js";
import { createPacker } from "./packed-writes.js";
import {
  fromWire,
  incrementAndNotify,
  openSignals,
  type Answers,
  type ClientMessage,
  type DatabaseConnection,
} from "./protocol.js";
import type { WriteArgs, WriteName } from "./reads-and-writes.js";

/** The most writes in one message. The writer takes a message as a whole, so this bounds its groups too. */
const MAX_MESSAGE = 200;
/**
 * How long a write that nothing waits for may stay here, ms, so that it shares a message and a transaction with others:
 * most writes are entries of the journal, and one by one each would wake the writer. A write that is waited for takes
 * those before it along.
 */
const MAX_DELAY_MS = 10;

type Settled = { readonly value: unknown } | { readonly error: DatabaseError };

/** The outcome of a write without a result. */
const NO_RESULT: Settled = { value: undefined };

/**
 * A write without an outcome, or several consecutive writes that nothing waits for. A class: it is made for each write.
 */
class PendingWrite implements Wait<unknown> {
  /** How many writes it stands for. */
  writes = 1;
  outcome: Settled | undefined = undefined;
  /** The write after it. */
  next: PendingWrite | undefined = undefined;

  constructor(
    private readonly client: WriteClient,
    /** Set when something waits for it without blocking. */
    public waiter: Waiter<unknown> | undefined,
  ) {}

  block(): unknown {
    const outcome = this.client.waitForOutcome(this);
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  start(waiter: Waiter<unknown>): void {
    assert(this.waiter === undefined, "a wait for a write was started twice");
    if (this.outcome === undefined) this.waiter = waiter;
    else resumeWith(waiter, this.outcome);
  }
}

function resumeWith(waiter: Waiter<unknown>, outcome: Settled): void {
  if ("error" in outcome) waiter.fail(outcome.error);
  else waiter.resume(outcome.value);
}

export class WriteClient {
  readonly #connection: DatabaseConnection;
  readonly #signals;
  readonly #writerBell: Int32Array;
  readonly #onError: (error: DatabaseError) => void;
  readonly #outbox = createPacker();
  /** Whether something waits for a write in the outbox. */
  #isAwaited = false;
  /** Sends the outbox, when nothing else does. */
  #delay: NodeJS.Timeout | undefined;
  /** The writes without an outcome, linked in their order. */
  #oldest: PendingWrite | undefined;
  #newest: PendingWrite | undefined;
  /**
   * Writes whose waiters are to be resumed, from `#nextToResume` on: to shift each out of a long array would move all
   * others.
   */
  readonly #answered: Pick<PendingWrite, "outcome" | "waiter">[] = [];
  #nextToResume = 0;
  /** The waiter of every write that nothing waits for. It receives failures only. */
  readonly #unwaited: Waiter<unknown>;
  /** Why no more writes can be sent. */
  #ended: DatabaseError | undefined;

  constructor(connection: DatabaseConnection, onError: (error: DatabaseError) => void) {
    const { port, signals, requests } = connection;
    this.#connection = connection;
    this.#signals = openSignals(signals);
    this.#writerBell = new Int32Array(requests);
    this.#onError = onError;
    this.#unwaited = { resume: () => undefined, fail: (error) => onError(error as DatabaseError) };
    port.on("message", (message: Answers) => {
      this.#take(message);
      this.#checkStopped();
      this.#resumeWaiters();
    });
    // The port of the writer closes when its thread ends, for whatever reason.
    port.on("close", () => {
      this.#end(this.#signals.stopped() ?? "its thread ended");
      this.#resumeWaiters();
    });
    port.unref();
  }

  write<K extends WriteName>(name: K, args: WriteArgs<K>): Wait<unknown> {
    const write = new PendingWrite(this, undefined);
    if (this.#ended !== undefined) {
      write.outcome = { error: this.#ended };
    } else {
      this.#append(write);
      if (!this.#isAwaited) queueMicrotask(() => this.#flushAwaited());
      this.#isAwaited = true;
      this.#enqueue(name, args);
    }
    return write;
  }

  send<K extends WriteName>(name: K, args: WriteArgs<K>): void {
    if (this.#ended !== undefined) {
      this.#onError(this.#ended);
      return;
    }
    if (this.#newest?.waiter === this.#unwaited) this.#newest.writes++;
    else this.#append(new PendingWrite(this, this.#unwaited));
    this.#delay ??= setTimeout(() => this.#flush(), MAX_DELAY_MS);
    this.#enqueue(name, args);
  }

  /**
   * Sends the writes that are waited for and those before them, and receives outcomes, without the event loop. Returns
   * whether a waiter was resumed.
   */
  poll(): boolean {
    this.#flushAwaited();
    this.#drain();
    this.#checkStopped();
    return this.#resumeWaiters();
  }

  /** Blocks until all writes have their outcomes, and ends the connection. Waiters are resumed afterwards. */
  close(): void {
    if (this.#newest !== undefined) this.waitForOutcome(this.#newest);
    if (this.#ended === undefined) {
      this.#post("end");
      this.#ended = closed(this.#connection.path);
    }
    this.#connection.port.close();
  }

  /** Blocks until the writer has answered `write`. */
  waitForOutcome(write: PendingWrite): Settled {
    this.#flush();
    // The answer to writes that nothing waited for until now signals here as well; only the doorbell does not ring.
    for (;;) {
      const seen = this.#signals.answers();
      if (write.outcome === undefined) this.#drain();
      if (write.outcome === undefined) this.#checkStopped();
      if (write.outcome !== undefined) break;
      this.#signals.wait(seen);
    }
    if (this.#answered.length > 0) queueMicrotask(() => this.#resumeWaiters());
    return write.outcome;
  }

  #post(message: ClientMessage): void {
    this.#connection.port.postMessage(message);
    incrementAndNotify(this.#writerBell, 0);
  }

  #flushAwaited(): void {
    if (this.#isAwaited) this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#delay);
    this.#delay = undefined;
    if (this.#outbox.size === 0) return;
    const awaited = this.#isAwaited;
    this.#isAwaited = false;
    this.#post({ writes: this.#outbox.take(), awaited });
    // After posting: a writer that stopped in between does not answer.
    this.#checkStopped();
  }

  #enqueue<K extends WriteName>(name: K, args: WriteArgs<K>): void {
    this.#outbox.add(name, args);
    if (this.#outbox.size === MAX_MESSAGE) this.#flush();
  }

  /** Adds `write` to the end of the queue of writes without an outcome. */
  #append(write: PendingWrite): void {
    if (this.#newest === undefined) {
      this.#oldest = write;
      this.#connection.port.ref();
    } else {
      this.#newest.next = write;
    }
    this.#newest = write;
  }

  #settleOldest(outcome: Settled): void {
    const write = this.#oldest;
    if (write === undefined)
      throw new AssertionError(`${this.#connection.path}: the database writer answered a write that was not sent`);
    if (write.waiter === this.#unwaited) {
      if ("error" in outcome) this.#answered.push({ outcome, waiter: this.#unwaited });
    } else if (write.waiter !== undefined) {
      this.#answered.push(write);
    }
    if (--write.writes > 0) return;
    write.outcome = outcome;
    this.#oldest = write.next;
    if (this.#oldest === undefined) {
      this.#newest = undefined;
      this.#connection.port.unref();
    }
  }

  #take({ writes, places, values, failures }: Answers): void {
    let results = 0;
    let failed = 0;
    for (let place = 0; place < writes; place++) {
      const failure = failures[failed];
      if (failure?.place === place) {
        failed++;
        this.#settleOldest({ error: fromWire(failure.error) });
      } else if (places[results] === place) {
        this.#settleOldest({ value: values[results++] });
      } else {
        this.#settleOldest(NO_RESULT);
      }
    }
    assert(results === values.length && failed === failures.length, "an answer of the database writer has no write");
  }

  #drain(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#connection.port) as { message: Answers } | undefined;
      if (received === undefined) return;
      this.#take(received.message);
    }
  }

  #checkStopped(): void {
    const reason = this.#signals.stopped();
    if (reason !== undefined) this.#end(reason);
  }

  /** Fails the writes that the writer did not answer before it stopped. */
  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#drain();
    this.#ended = new DatabaseError(`the database writer stopped: ${reason}`);
    clearTimeout(this.#delay);
    this.#outbox.take();
    this.#isAwaited = false;
    while (this.#oldest !== undefined) this.#settleOldest({ error: this.#ended });
    if (this.#answered.length > 0) queueMicrotask(() => this.#resumeWaiters());
  }

  /** Returns whether there was a waiter to resume. */
  #resumeWaiters(): boolean {
    const answered = this.#answered;
    const any = answered.length > 0;
    for (let write = answered[this.#nextToResume]; write !== undefined; write = answered[this.#nextToResume]) {
      // Before resuming: the resumed code may call this again.
      this.#nextToResume++;
      const { outcome, waiter } = write;
      assert(outcome !== undefined && waiter !== undefined, "an answered write has no outcome or no waiter");
      resumeWith(waiter, outcome);
    }
    answered.length = 0;
    this.#nextToResume = 0;
    return any;
  }
}
