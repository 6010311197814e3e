/** A simulated worker's page: what its router knows of it. */
import type { ChannelPacket } from "../../platform/live/index.js";
import type { Reactor, Timer } from "../../platform/sync/index.js";
import type { OutsideAgentEvidence } from "../check/index.js";
import type { CounterName, WorkerRecorder } from "../measure/index.js";
import { LocalQueue, type ClientConnection } from "../workers/index.js";
import type { ClientSocket } from "./client-socket.js";
import type { Conversation } from "./conversation.js";

/** A worker's page, or the place where it was. */
export class Page implements ClientConnection {
  readonly inbox: LocalQueue<ChannelPacket>;
  agentId: string | undefined = undefined;
  state: ClientConnection["state"] = "connected";
  workerName = "";
  /** Counts how often the page was loaded or left: answers to the requests of an earlier page are dropped. */
  visit = 0;
  /** The agent's socket last; `browser` leaves that of the onboarding open. */
  readonly sockets: ClientSocket[] = [];
  conversation: Conversation | undefined = undefined;
  agent: OutsideAgentEvidence | undefined = undefined;
  /** A submit that waits for replies. */
  submitting: { readonly submit: () => void; readonly timer: Timer } | undefined = undefined;

  constructor(
    readonly registrationId: string,
    reactor: Reactor,
    private readonly recorder: WorkerRecorder,
  ) {
    this.inbox = new LocalQueue<ChannelPacket>(reactor);
  }

  count(name: CounterName): void {
    this.recorder.count(name);
  }
}
