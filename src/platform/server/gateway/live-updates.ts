/**
 * The live updates of one agent on their way to its mailbox: numbered 1, 2, 3, …, and in order. The platform refuses an
 * update that has no room, and all after it, and says from which number on to send again. It says nothing of those that
 * it accepts: a packet that it echoes, sent after them, shows that no refusal of theirs is on its way.
 */
import type { JsonObject } from "../protocol/index.js";

/** A live update that the platform may still refuse. */
interface WaitingUpdate {
  readonly number: number;
  readonly data: JsonObject;
  /** It was sent before the echo of this number; undefined while it waits to be sent. */
  sentBefore: number | undefined;
}

/** What identifies the update that a reply answers. */
export interface UpdateOrigin {
  /** The number that the page gave it, if it did. */
  readonly number: unknown;
  /** The id of the request, in tasks of remote procedures. */
  readonly requestId: unknown;
}

/** How many updates are remembered for the replies to them. */
const ORIGINS_KNOWN = 100;

export class LiveUpdates {
  readonly #waiting: WaitingUpdate[] = [];
  readonly #origins = new Map<number, UpdateOrigin>();
  #numbered = 0;
  /** Since when nothing is sent, because the platform had no room. */
  #isHeld = false;
  /** What is sent after the updates that are held: the submit. */
  #after: (() => void) | undefined;
  #isClosed = false;

  /**
   * @param send sends an update to the platform
   * @param echo the number of the next echo that is asked for
   */
  constructor(
    private readonly send: (data: JsonObject) => void,
    private readonly echo: () => number,
  ) {}

  /** How many updates the platform has not accepted, as far as is known. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** How many updates there were. */
  get numbered(): number {
    return this.#numbered;
  }

  /** Whether the worker has submitted: it sends no more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends an update, or holds it; `make` gives its data for the number that it gets. */
  add(make: (number: number) => JsonObject, origin: UpdateOrigin): number {
    const number = ++this.#numbered;
    this.#origins.set(number, origin);
    this.#origins.delete(number - ORIGINS_KNOWN);
    const update: WaitingUpdate = { number, data: make(number), sentBefore: undefined };
    this.#waiting.push(update);
    if (!this.#isHeld) this.#sendOne(update);
    return number;
  }

  originOf(number: number): UpdateOrigin | undefined {
    return this.#origins.get(number);
  }

  /** Calls `submit` once all updates are sent. None are taken after it. */
  close(submit: () => void): void {
    this.#isClosed = true;
    if (this.#isHeld) this.#after = submit;
    else submit();
  }

  /** The platform had no room for the update `number`. Returns whether {@link resend} is to be called after a while. */
  refused(number: number): boolean {
    for (const update of this.#waiting) if (update.number >= number) update.sentBefore = undefined;
    if (this.#isHeld) return false;
    this.#isHeld = true;
    return true;
  }

  /** Sends what was refused, and what has come since. */
  resend(): void {
    this.#isHeld = false;
    for (const update of this.#waiting) if (update.sentBefore === undefined) this.#sendOne(update);
    const after = this.#after;
    this.#after = undefined;
    after?.();
  }

  /** The echo of this number has come: updates that were sent before it, and not refused, are accepted. */
  echoed(number: number): void {
    let accepted = 0;
    for (const { sentBefore } of this.#waiting) {
      if (sentBefore === undefined || sentBefore > number) break;
      accepted++;
    }
    this.#waiting.splice(0, accepted);
  }

  #sendOne(update: WaitingUpdate): void {
    update.sentBefore = this.echo();
    this.send(update.data);
  }
}
