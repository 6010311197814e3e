/**
 * The replies to the updates of simulated workers, and when a page submits: once every update has its reply, as a
 * person reads the replies first. Otherwise the slowest replies would never be seen. One object for all pages of a
 * thread.
 *
 * A task need not answer. It is expected to, unless no page has got a reply and one has waited for the whole
 * {@link REPLY_BOUND_MS}. In a task of several workers, a page expects replies if it has got one before.
 */
import { noteTaken, REPLY_BOUND_MS, type OutsideAgentEvidence } from "../check/index.js";
import { isFinal } from "../../vocabulary/index.js";
import type { CounterName } from "../measure/index.js";
import { Conversation } from "./conversation.js";
import type { Dialect, DialectData } from "./dialects/index.js";

/** The part of a page that this file needs. */
interface ConversingPage {
  readonly registrationId: string;
  agentId: string | undefined;
  conversation: Conversation | undefined;
  agent: OutsideAgentEvidence | undefined;
  /** Counts what is of its worker. */
  count(name: CounterName): void;
}

export interface RepliesOptions {
  readonly dialect: Dialect;
  /** Whether an assignment has several workers. */
  readonly hasPartners: boolean;
}

export class Replies {
  readonly #options: RepliesOptions;
  /** Whether the task answers; unknown until a reply came, or a page has waited for one in vain. */
  #answers: boolean | undefined = undefined;

  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  /** The page has this agent from now on. `shared`: the agent's conversation, if another page of it has begun one. */
  begin(page: ConversingPage, agent: OutsideAgentEvidence, now: number, shared?: Conversation): void {
    const { dialect, hasPartners } = this.#options;
    const { agentId } = agent;
    if (page.agentId !== agentId) {
      this.noteUnanswered(page, now);
      const idPrefix = `${page.registrationId}/${agentId}`;
      page.conversation = shared ?? new Conversation(dialect, agentId, idPrefix, hasPartners);
    }
    page.agentId = agentId;
    page.agent = agent;
  }

  /** Notes a packet of the task. Returns what the worker gets of it; undefined when the packet came before. */
  receive(page: ConversingPage, data: DialectData): DialectData | undefined {
    const { conversation, agent } = page;
    if (conversation === undefined || agent === undefined) return undefined;
    const received = conversation.receive(data);
    switch (received.kind) {
      case "duplicate":
        agent.duplicates++;
        page.count("packets_duplicated");
        return undefined;
      case "unmatched":
        agent.unmatched++;
        page.count("replies_unmatched");
        break;
      case "reply":
      case "repeated": {
        const place = received.place ?? received.number;
        if (place !== undefined) noteTaken(agent.replies, place);
        break;
      }
      case "other":
    }
    if (received.kind !== "other") this.#answers = true;
    return received.data;
  }

  /** Whether the page has to wait for replies before it submits, for {@link REPLY_BOUND_MS} at most. */
  mustWait({ conversation, agent }: ConversingPage): boolean {
    if (conversation === undefined || agent === undefined || conversation.expected.length === 0) return false;
    const status = agent.statuses.at(-1)?.status;
    if (status !== undefined && isWithoutReplies(status)) return false;
    const { dialect, hasPartners } = this.#options;
    if (dialect.answersEach === true) return true;
    return hasPartners ? agent.replies.count > 0 : this.#answers !== false;
  }

  /** A page has waited for {@link REPLY_BOUND_MS}. */
  noteVainWait(): void {
    this.#answers ??= false;
  }

  /** The page is left for good, or gets another agent: what has no reply stays without. */
  noteUnanswered({ conversation, agent }: ConversingPage, now: number): void {
    if (conversation === undefined || agent === undefined) return;
    agent.unanswered = conversation.pending.length;
    agent.overdue = conversation.expected.filter(({ intendedAt }) => now - intendedAt > REPLY_BOUND_MS).length;
  }
}

/** Whether a task sends no further replies to an agent of this status. */
export function isWithoutReplies(status: string): boolean {
  return status === "partner disconnect" || isFinal(status);
}
