/**
 * The conversation of one agent with its task, in a dialect: translates the updates of a simulated worker into those of
 * the task, and recognises the replies. Both ways of reaching a task that is not of this process use it.
 */
import type { ChannelPacket, LiveUpdateData } from "../../platform/live/index.js";
import {
  callEnd,
  callReply,
  callUpdate,
  type Dialect,
  type DialectData,
  type PendingUpdate,
} from "./dialects/index.js";

/** An update that waits for its reply. */
interface SentUpdate extends PendingUpdate {
  /** When the plan intended to send it, ms on the run's clock. */
  readonly intendedAt: number;
}

/**
 * What a packet of the task is to its conversation. `reply`: to an update that waits for one; `repeated`: to an update
 * that has one; `unmatched`: to an update that is not known; `other`: no reply; `duplicate`: a packet that came before.
 */
export type ReceivedKind = "reply" | "repeated" | "unmatched" | "other" | "duplicate";

export interface Received {
  readonly kind: ReceivedKind;
  /** The number of the update that was answered, of a first or a repeated reply. */
  readonly number?: number;
  /** Its place in the order in which the updates were sent, counted from 1; absent when that is its number. */
  readonly place?: number;
  /** For the simulated worker. */
  readonly data: ChannelPacket["data"];
}

/**
 * So many ids of received packets are kept to recognise repeated ones. A packet that is sent twice comes twice in a
 * row, nearly.
 */
const IDS_KEPT = 64;

export class Conversation {
  readonly #dialect: Dialect;
  readonly #agentId: string;
  /** Makes ids unique among all agents of all runs. */
  readonly #idPrefix: string;
  readonly #hasPartners: boolean;
  readonly #pending: SentUpdate[] = [];
  /** Ids of received packets, oldest first. */
  readonly #seen: string[] = [];
  /** Replies to some of the pending updates, it is not known which. */
  #unmatched = 0;
  /** Whether there ever were such replies. */
  #isAmbiguous = false;
  /** The greatest number that was sent. */
  #sent = 0;
  /** The greatest number that was sent before the page was last left. */
  #sentBefore = 0;
  /** How many updates have left the queue of a browser's page, and the places of those that left it out of order. */
  #onWire = 0;
  readonly #places = new Map<number, number>();

  constructor(dialect: Dialect, agentId: string, idPrefix: string, hasPartners: boolean) {
    this.#dialect = dialect;
    this.#agentId = agentId;
    this.#idPrefix = idPrefix;
    this.#hasPartners = hasPartners;
  }

  /** The updates that have no reply yet, oldest first, with the times at which they were intended to be sent. */
  get pending(): readonly SentUpdate[] {
    return this.#pending;
  }

  /** Those pending updates whose replies the page can expect: it has been there since they were sent. */
  get expected(): readonly SentUpdate[] {
    return this.#pending.filter(({ number }) => number > this.#sentBefore);
  }

  /** The page is left: a reply that comes meanwhile is dropped. */
  leave(): void {
    this.#sentBefore = this.#sent;
  }

  /** The task's form of an update. An update that is sent again has the same id, and waits for one reply. */
  send({ number, text, last = false, intended_at }: LiveUpdateData): DialectData {
    const id = `${this.#idPrefix}/${number}`;
    if (number > this.#sent) {
      this.#sent = number;
      this.#pending.push({ id, number, intendedAt: intended_at });
    }
    const data = callUpdate(this.#dialect, { id, number, text, last, agentId: this.#agentId });
    return { ...data, update_id: id };
  }

  /**
   * The update has left the queue of a browser's page, which may send a later one first. Without a queue the order is
   * that of `send`.
   */
  noteOnWire(number: number): void {
    const place = ++this.#onWire;
    if (place !== number) this.#places.set(number, place);
  }

  /** What the task's packet is. */
  receive(data: DialectData): Received {
    const id = data["update_id"];
    if (typeof id === "string" && this.#isDuplicate(id)) return { kind: "duplicate", data: {} };
    const forWorker = callEnd(this.#dialect, data) ? { ends_task: true } : {};
    const to = callReply(this.#dialect, data, {
      pending: this.#pending,
      agentId: this.#agentId,
      hasPartners: this.#hasPartners,
    });
    if (to === "none") return { kind: "other", data: forWorker };
    const number = to === undefined ? undefined : this.#numberOf(to);
    const place = this.#pending.findIndex((sent) => sent.number === number);
    const answered = this.#pending[place];
    if (answered !== undefined) {
      this.#pending.splice(place, 1);
      const { intendedAt: intended_at } = answered;
      return { kind: "reply", ...this.#which(answered.number), data: { ...forWorker, intended_at } };
    }
    if (number !== undefined && !this.#isAmbiguous)
      return { kind: "repeated", ...this.#which(number), data: forWorker };
    if (to === undefined) this.#noteUnmatched();
    return { kind: "unmatched", data: forWorker };
  }

  #which(number: number): Pick<Received, "number" | "place"> {
    const place = this.#places.get(number);
    return place === undefined ? { number } : { number, place };
  }

  /** The number of the update that a reply names; undefined when no such update was sent. */
  #numberOf(to: number | string): number | undefined {
    const prefix = `${this.#idPrefix}/`;
    const number = typeof to === "number" ? to : to.startsWith(prefix) ? Number(to.slice(prefix.length)) : NaN;
    return Number.isInteger(number) && number >= 1 && number <= this.#sent ? number : undefined;
  }

  #isDuplicate(id: string): boolean {
    if (this.#seen.includes(id)) return true;
    this.#seen.push(id);
    if (this.#seen.length > IDS_KEPT) this.#seen.shift();
    return false;
  }

  /** Once each pending update has a reply, of whichever it is, none of them waits any more. */
  #noteUnmatched(): void {
    this.#isAmbiguous = true;
    this.#unmatched++;
    if (this.#unmatched < this.#pending.length) return;
    this.#unmatched = 0;
    this.#pending.length = 0;
  }
}
