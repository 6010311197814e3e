/**
 * A dialect: how a task's live updates and their replies look. The protocol carries any JSON object as a live update;
 * what it means is agreed between a task's code and its page. A dialect plays the page's part for simulated workers.
 */
import type { Json } from "../../../platform/sync/index.js";

/** The data of a packet. */
export type DialectData = { readonly [key: string]: Json | undefined };

/** A live update that the plan asks for. */
export interface PlannedUpdate {
  /** Unique in the run. */
  readonly id: string;
  /** 1, 2, 3, … for each agent. */
  readonly number: number;
  /** The text, of the length that the plan asks for. */
  readonly text: string;
  /** Whether the worker submits after it. */
  readonly last: boolean;
  readonly agentId: string;
}

/** An update that was sent and has no reply yet. */
export interface PendingUpdate {
  readonly id: string;
  readonly number: number;
}

/** What a dialect may look at to recognise a reply. */
export interface ReplyContext {
  /** The agent's updates without a reply, oldest first. */
  readonly pending: readonly PendingUpdate[];
  readonly agentId: string;
  /** Whether other workers share the assignment: their messages arrive beside the task's replies. */
  readonly hasPartners: boolean;
}

/**
 * What a packet of the task is: the number of the update that it answers, or the id of it; `"none"`: it answers no
 * update; `undefined`: a reply, but to which update is unknown. Such replies are counted, never guessed.
 */
export type ReplyTo = number | string | undefined;

export interface Dialect {
  readonly name: string;
  /** Whether the task takes live updates. If not, the page opens no WebSocket. Left out: true. */
  readonly live?: boolean;
  /**
   * Whether the task answers each update. If so, an update that stays without a reply breaks an invariant. Left out:
   * false.
   */
  readonly answersEach?: boolean;
  /** The data of the live update that the page sends. */
  update(update: PlannedUpdate): DialectData;
  /** Which update the task's packet answers. */
  reply(data: DialectData, context: ReplyContext): ReplyTo;
  /** Whether the task says with this packet that it is over: the worker then submits. Left out: it never does. */
  end?(data: DialectData): boolean;
}
