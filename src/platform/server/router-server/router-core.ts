/**
 * Carries out what the router's state machine says: to the backend, to clients, and to those that wait for an answer.
 */
import {
  limits,
  type LogErrorBody,
  type RequestAgentBody,
  type SubmitMetadataBody,
  type SubmitOnboardingBody,
  type SubmitTaskBody,
  type WirePacket,
} from "../protocol/index.js";
import {
  RouterState,
  type DropReason,
  type LossDetection,
  type PendingRequest,
  type RouterOutput,
} from "../router/index.js";

/** A client of the router: the socket of a browser, or one that is not on the network. */
export interface Peer {
  /** Passes a packet on. False when the client can get none any more: its socket is closing. */
  deliver(packet: WirePacket): boolean;
}

export interface RouterCoreOptions {
  /** ms since the epoch. */
  readonly now: () => number;
  readonly newRequestId: () => string;
  readonly detection: LossDetection;
  /** Sends to the backend, keeps, or loses. */
  readonly toBackend: (packet: WirePacket) => void;
  readonly onDropped: (why: DropReason, packet: WirePacket) => void;
  /** Passes a packet on to a client; left out: {@link RouterCore.deliver}. */
  readonly toPeer?: (peer: Peer, packet: WirePacket) => void;
}

type Answered = (packet: WirePacket<"agent_details">) => void;

export class RouterCore {
  readonly #options: RouterCoreOptions;
  readonly #state: RouterState<Peer>;
  readonly #waiting = new Map<string, Answered>();

  constructor(options: RouterCoreOptions) {
    this.#options = options;
    this.#state = new RouterState<Peer>(options);
    // What is sent while there is no backend is for `toBackend` to keep or to lose.
    this.#state.attachBackend();
  }

  /** How many requests the backend has not answered. */
  get pendingRequests(): number {
    return this.#waiting.size;
  }

  /** The agents that the client speaks for. */
  agentsOn(peer: Peer): readonly string[] {
    return this.#state.agentsOn(peer);
  }

  statusOf(agentId: string): string | undefined {
    return this.#state.statusOf(agentId);
  }

  fromBackend(packet: WirePacket): void {
    this.#carryOut(this.#state.fromBackend(packet));
  }

  fromPeer(peer: Peer, packet: WirePacket): void {
    this.#carryOut(this.#state.fromClient(peer, packet));
  }

  /**
   * Passes a packet on to a client. What the backend sent for one whose socket is closing waits for its next socket.
   */
  deliver(peer: Peer, packet: WirePacket): void {
    if (!peer.deliver(packet)) this.#carryOut(this.#state.undelivered(peer, packet));
  }

  /** The client's socket has closed. */
  closed(peer: Peer): void {
    this.#state.socketClosed(peer);
  }

  /** `POST /request_agent`. Returns the id of the request. */
  requestAgent(body: RequestAgentBody, answered: Answered): string {
    return this.#request(this.#state.requestAgent(body), answered);
  }

  /** `POST /submit_onboarding`. Returns the id of the request. */
  submitOnboarding(body: SubmitOnboardingBody, answered: Answered): string {
    return this.#request(this.#state.submitOnboarding(body), answered);
  }

  /** `POST /submit_task`. The agent is forgotten, as by Mephisto's router. */
  submitTask(body: SubmitTaskBody): void {
    this.#carryOut(this.#state.submitTask(body));
    this.#state.forget(body.agent_id);
  }

  /** `POST /submit_metadata` */
  submitMetadata(body: SubmitMetadataBody): void {
    this.#carryOut(this.#state.submitMetadata(body));
  }

  /** `POST /log_error` */
  logError(body: LogErrorBody): void {
    this.#carryOut(this.#state.logError(body));
  }

  /** The request was given up: no client waits for the answer. */
  cancel(requestId: string): void {
    this.#waiting.delete(requestId);
    this.#state.cancelRequest(requestId);
  }

  #request({ requestId, outputs }: PendingRequest<Peer>, answered: Answered): string {
    this.#waiting.set(requestId, answered);
    this.#carryOut(outputs);
    return requestId;
  }

  #carryOut(outputs: readonly RouterOutput<Peer>[]): void {
    const { toBackend, toPeer, onDropped } = this.#options;
    for (const output of outputs) {
      switch (output.kind) {
        case "to-backend":
          toBackend(output.packet);
          break;
        case "to-client":
          if (toPeer === undefined) this.deliver(output.socket, output.packet);
          else toPeer(output.socket, output.packet);
          break;
        case "answer": {
          const answered = this.#waiting.get(output.requestId);
          this.#waiting.delete(output.requestId);
          answered?.(output.packet);
          break;
        }
        case "dropped":
          onDropped(output.why, output.packet);
      }
    }
  }
}

/** Whether the packet says that its socket is the backend's. */
export function isBackendHello({ packet_type, subject_id }: WirePacket): boolean {
  return packet_type === "alive" && subject_id === limits.BACKEND_SUBJECT;
}
