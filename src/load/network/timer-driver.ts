/**
 * Takes a reactor's turns from the timers of the event loop, in a thread that has sockets and no arena: nothing is
 * ready there but by a timer, or by a socket's own callback.
 */
import type { Driver, Reactor } from "../../platform/sync/index.js";

/** The longest timeout of Node's timers, ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export class TimerDriver implements Driver {
  readonly #reactor: Reactor;
  #timeout: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** When the timeout is due. A turn that comes too early does nothing. */
  #due = Infinity;

  constructor(reactor: Reactor) {
    this.#reactor = reactor;
  }

  requestTurn(): void {
    const due = this.#reactor.timers.nextDue;
    if (due >= this.#due) return;
    clearTimeout(this.#timeout);
    this.#due = due;
    const delay = due - this.#reactor.clock.now();
    if (delay > 0) this.#timeout = setTimeout(this.#turn, Math.min(delay, MAX_TIMEOUT_MS));
    else this.#immediate = setImmediate(this.#turn);
  }

  /** Takes no more turns. */
  stop(): void {
    clearTimeout(this.#timeout);
    clearImmediate(this.#immediate);
    this.#due = -Infinity;
  }

  readonly #turn = (): void => {
    this.#due = Infinity;
    try {
      this.#reactor.turn();
    } finally {
      if (this.#due !== -Infinity) this.requestTurn();
    }
  };
}
