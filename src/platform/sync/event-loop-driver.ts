/**
 * Takes a reactor's turns from Node's event loop: one `Atomics.waitAsync` on the thread's doorbell and one `setTimeout`
 * for the earliest timer. It drives the waits without blocking of every thread that has no other driver. While a
 * coroutine waits, it keeps the process alive, as a pending `setTimeout` does.
 */
import { load, waitAsync } from "./atomics.js";
import type { Driver, Reactor } from "./reactor.js";

/** The longest timeout of Node's timers, which count whole milliseconds. Longer waits are divided into several. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export class EventLoopDriver implements Driver {
  readonly #reactor: Reactor;
  readonly #cells: Int32Array;
  readonly #doorbell: number;
  #listening = false;
  #turnPending = false;
  #timeout: NodeJS.Timeout | undefined;
  #timeoutDue = Infinity;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(reactor: Reactor, cells: Int32Array, doorbell: number) {
    this.#reactor = reactor;
    this.#cells = cells;
    this.#doorbell = doorbell;
  }

  requestTurn(): void {
    this.#keepAlive ??= setInterval(() => undefined, MAX_TIMEOUT_MS);
    this.#listen();
    this.#setTimeout();
  }

  #listen(): void {
    const seen = load(this.#cells, this.#doorbell);
    // Also while listening: an event that is set while its watch begins becomes ready without the doorbell.
    if (this.#reactor.hasReady) {
      this.#turnSoon();
      return;
    }
    if (this.#listening) return;
    const rung = waitAsync(this.#cells, this.#doorbell, seen);
    if (rung === undefined) {
      this.#turnSoon();
      return;
    }
    this.#listening = true;
    void rung.then(() => {
      this.#listening = false;
      this.#turn();
    });
  }

  #turnSoon(): void {
    if (this.#turnPending) return;
    this.#turnPending = true;
    setImmediate(() => {
      this.#turnPending = false;
      this.#turn();
    });
  }

  #turn(): void {
    this.#reactor.turn();
    if (this.#reactor.isIdle) {
      clearInterval(this.#keepAlive);
      this.#keepAlive = undefined;
    } else {
      this.#listen();
    }
    this.#setTimeout();
  }

  #setTimeout(): void {
    const due = this.#reactor.timers.nextDue;
    if (due === this.#timeoutDue) return;
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
    this.#timeoutDue = Infinity;
    if (due === Infinity) return;
    const delay = due - this.#reactor.clock.now();
    if (delay <= 0) {
      this.#turnSoon();
      return;
    }
    this.#timeoutDue = due;
    this.#timeout = setTimeout(
      () => {
        this.#timeoutDue = Infinity;
        this.#turn();
      },
      Math.min(delay, MAX_TIMEOUT_MS),
    );
  }
}
