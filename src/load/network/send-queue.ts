/**
 * The send queue of a browser's page, as `mephisto-task` 2.0.4 has it. Each `connect` (of the onboarding, then of the
 * task) starts an interval of 100 ms, at which one packet is sent. What waits together is sent last in, first out:
 * `PriorityQueue.push` compares the packet, and not its time, with the new one's time, so every packet goes to the
 * front; so does one that could not be sent.
 */
import { limits } from "../../platform/server/protocol/index.js";
import type { Reactor, Timer } from "../../platform/sync/index.js";

export interface QueuedPacket {
  readonly text: string;
  /** Called when it has been handed to the socket. */
  readonly onSent?: (() => void) | undefined;
}

export class SendQueue {
  readonly #reactor: Reactor;
  /** The newest last. */
  readonly #packets: QueuedPacket[] = [];
  /** When each interval was started. */
  readonly #starts: number[] = [];
  readonly #timer: Timer = { due: Infinity, fire: () => this.#sendOne(), place: -1, order: 0 };
  #trySend: (text: string) => boolean = () => false;

  constructor(reactor: Reactor) {
    this.#reactor = reactor;
  }

  /** Starts another interval. `trySend` sends at once, or returns false; from now on it is used by all intervals. */
  connect(trySend: (text: string) => boolean): void {
    this.#trySend = trySend;
    this.#starts.push(this.#reactor.clock.now());
    this.#cancel();
    this.#schedule();
  }

  push(packet: QueuedPacket): void {
    this.#packets.push(packet);
    this.#schedule();
  }

  /** Sends nothing any more. */
  stop(): void {
    this.#packets.length = 0;
    this.#cancel();
  }

  #sendOne(): void {
    const newest = this.#packets.at(-1);
    if (newest !== undefined && this.#trySend(newest.text)) {
      this.#packets.pop();
      newest.onSent?.();
    }
    this.#schedule();
  }

  /** The next time of any interval, if something waits. */
  #schedule(): void {
    if (this.#packets.length === 0 || this.#timer.place !== -1) return;
    const now = this.#reactor.clock.now();
    const every = limits.CLIENT_SEND_INTERVAL_MS;
    this.#timer.due = Math.min(...this.#starts.map((start) => start + (Math.floor((now - start) / every) + 1) * every));
    this.#reactor.add(this.#timer);
  }

  #cancel(): void {
    if (this.#timer.place !== -1) this.#reactor.cancel(this.#timer);
  }
}
