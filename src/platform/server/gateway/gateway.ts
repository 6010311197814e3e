/**
 * The platform's server for browsers: HTTP and WebSockets on one port, behind Mephisto's protocol. It is the clients'
 * end of a channel: the state of each client is in a router (../router), what the platform and the wire say differently
 * in platform-link.ts.
 *
 * Nothing of a peer is trusted, and none can hold up another: messages, bodies, buffers and queues have limits
 * (gateway-options.ts).
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData } from "ws";
import { httpUrl, isOnboardingId, listenOn } from "../../../vocabulary/index.js";
import type { Channel, ChannelHandlers } from "../../live/index.js";
import {
  ANSWERS,
  FAILURE_REASONS,
  formatPacket,
  limits,
  parsePacket,
  type LogErrorBody,
  type RequestAgentBody,
  type SubmitMetadataBody,
  type SubmitOnboardingBody,
  type SubmitTaskBody,
  type WirePacket,
} from "../protocol/index.js";
import { RouterState, type RouterOutput } from "../router/index.js";
import { refusalOf, tokenCookie } from "./access.js";
import { CLOSE_CODES, ClientSocket } from "./client-socket.js";
import { answerOf, Endpoints, errorAnswer, type Answer, type EndpointActions, type Peer } from "./endpoints.js";
import type { GatewayOptions, InFlight } from "./gateway-options.js";
import { PlatformLink } from "./platform-link.js";

/** How often deadlines and losses are looked for, ms. */
const SWEEP_MS = 500;
/** How long a request may take until its header and its body are there, ms. */
const HEADER_MS = 10_000;
const REQUEST_MS = 60_000;
/** How long the last answers and close frames have, ms. */
const LAST_WRITES_MS = 200;

export class Gateway {
  /** What to do with the packets of the platform. */
  readonly handlers: ChannelHandlers;
  readonly #options: GatewayOptions;
  readonly #router: RouterState<ClientSocket>;
  readonly #link: PlatformLink;
  readonly #server: Server;
  readonly #webSockets: WebSocketServer;
  readonly #sockets = new Set<ClientSocket>();
  #unidentified = 0;
  /** HTTP requests that the platform has to answer: what answers each. */
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #isAdmitting = true;
  #isClosing = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#router = new RouterState<ClientSocket>({
      now: options.wallClock,
      newRequestId: () => options.ids.next(),
      detection: options.detection,
      graceMs: options.graceMs,
    });
    this.#link = new PlatformLink(options, {
      fromPlatform: (packet) => this.#perform(this.#router.fromBackend(packet)),
      onSign: () => this.#router.noteBackendSign(),
    });
    this.handlers = {
      onMessage: (_channel, packet) => this.#link.onMessage(packet),
      onMalformed: () => options.observer.count("peer_input_refused"),
      onClose: () => this.#router.detachBackend(),
    };
    const endpoints = new Endpoints(options, this.#actions());
    this.#server = createServer({ headersTimeout: HEADER_MS, requestTimeout: REQUEST_MS }, (request, response) => {
      const refusal = refusalOf(request, options.access);
      if (refusal !== undefined) {
        options.observer.count("connections_refused");
        response
          .writeHead(403, { "content-type": "text/plain; charset=utf-8", connection: "close" })
          .end(`${refusal}\n`);
        return;
      }
      const cookie = tokenCookie(request, options.access);
      if (cookie !== undefined) response.setHeader("set-cookie", cookie);
      void endpoints.handle(request, response);
    });
    // Sockets and as many requests beside them.
    this.#server.maxConnections = 2 * options.limits.sockets + 100;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      maxPayload: options.limits.messageBytes,
      perMessageDeflate: false,
      clientTracking: false,
    });
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    // Such as no more file descriptors for a connection.
    this.#server.on("error", () => options.observer.count("connections_refused"));
    this.#server.on("clientError", (_error, socket) => {
      options.observer.count("peer_input_refused");
      socket.destroy();
    });
  }

  /** Sends on the channel from now on. */
  use(channel: Channel): void {
    this.#router.attachBackend();
    this.#link.use(channel);
    const { reactor } = this.#options;
    const sweep = (): void => {
      if (this.#isClosing) return;
      this.#sweep();
      reactor.at(reactor.clock.now() + SWEEP_MS, sweep);
    };
    sweep();
  }

  /** Listens; resolves to the address. Rejects with an error of `node:net`. */
  async listen(host: string, port: number): Promise<string> {
    return `${httpUrl(host, await listenOn(this.#server, host, port))}/`;
  }

  /** Agents that have not ended. */
  get liveAgents(): number {
    return this.#link.agents.live;
  }

  get inFlight(): InFlight {
    return {
      sockets: this.#sockets.size,
      agents: this.#link.agents.live,
      requests: this.#waiting.size,
      updates: this.#link.waitingUpdates,
    };
  }

  /** Admits no more workers. Those who are there go on. */
  stopAdmission(): void {
    this.#isAdmitting = false;
  }

  /** Answers what waits with 503, has the platform notice that all clients are gone, and closes every socket. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const answer of [...this.#waiting.values()]) answer(errorAnswer(503, "the server is shutting down"));
    this.#link.close();
    for (const client of this.#sockets) client.close(CLOSE_CODES.goingAway, "the server is shutting down");
    const closed = once(this.#server, "close");
    this.#server.close();
    await new Promise<void>((resolve) => {
      const { reactor } = this.#options;
      reactor.at(reactor.clock.now() + LAST_WRITES_MS, resolve);
    });
    for (const client of this.#sockets) client.cut();
    this.#server.closeAllConnections();
    this.#webSockets.close();
    await closed;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { access, limits: bounds, observer, reactor } = this.#options;
    const refuse = (status: string): void => {
      observer.count("connections_refused");
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    };
    socket.on("error", () => socket.destroy());
    if (refusalOf(request, access) !== undefined) return refuse("403 Forbidden");
    if (this.#isClosing || this.#sockets.size >= bounds.sockets || this.#unidentified >= bounds.unidentifiedSockets)
      return refuse("503 Service Unavailable");
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const client = new ClientSocket(webSocket, bounds, reactor.clock.now());
      this.#sockets.add(client);
      this.#unidentified++;
      webSocket.on("message", (message, isBinary) => this.#onMessage(client, message, isBinary));
      webSocket.on("close", () => this.#onClose(client));
      // A frame that is malformed or too large: `close` follows.
      webSocket.on("error", () => observer.count("peer_input_refused"));
    });
  }

  #onClose(client: ClientSocket): void {
    if (!this.#sockets.delete(client)) return;
    if (!client.isIdentified) this.#unidentified--;
    this.#router.socketClosed(client);
  }

  #onMessage(client: ClientSocket, message: RawData, isBinary: boolean): void {
    // `ws` emits the frames that it has already received also after the socket was cut.
    if (!this.#sockets.has(client)) return;
    const { observer, reactor } = this.#options;
    if (!client.received(reactor.clock.now())) return this.#cut(client, "too many messages");
    const read = isBinary ? undefined : parsePacket(textOf(message));
    if (read?.ok !== true) return observer.count("peer_input_refused");
    this.#onPacket(client, read.value);
  }

  #onPacket(client: ClientSocket, packet: WirePacket): void {
    const { observer } = this.#options;
    if (packet.packet_type === "alive") {
      // An agent is known before its client can be: the details come first. Anything else would make entries for
      // nothing.
      if (this.#link.agents.get(packet.subject_id) === undefined) return observer.count("peer_input_refused");
      if (!client.isIdentified) this.#unidentified--;
      client.isIdentified = true;
    }
    this.#perform(this.#router.fromClient(client, packet), client);
  }

  /** Does what the router says. `from`: the socket whose packet it is about. */
  #perform(outputs: readonly RouterOutput<ClientSocket>[], from?: ClientSocket): void {
    for (const output of outputs) {
      switch (output.kind) {
        case "to-client":
          if (!output.socket.send(formatPacket(output.packet))) this.#cut(output.socket, "too slow");
          break;
        case "to-backend":
          this.#toPlatform(output.packet, from);
          break;
        case "answer":
          this.#waiting.get(output.requestId)?.({ status: 200, body: formatPacket(output.packet) });
          break;
        case "dropped":
          if (output.why === "not-for-clients" || output.why === "too-many-agents")
            this.#options.observer.count("peer_input_refused");
      }
    }
  }

  #toPlatform(packet: WirePacket, from: ClientSocket | undefined): void {
    if (packet.packet_type !== "mephisto_bound_live_update") return this.#link.toPlatform(packet);
    const refusal = this.#link.update(packet);
    if (refusal === undefined) return;
    this.#options.observer.count("peer_input_refused");
    if (refusal === "too-many" && from !== undefined) this.#cut(from, "too many live updates wait");
  }

  #cut(client: ClientSocket, why: string): void {
    if (!this.#sockets.has(client)) return;
    this.#options.observer.count("connections_cut");
    client.close(CLOSE_CODES.policy, why);
    client.cut();
    this.#onClose(client);
  }

  #sweep(): void {
    const now = this.#options.reactor.clock.now();
    for (const client of this.#sockets) if (client.isOverdue(now)) this.#cut(client, "nothing came");
    if (this.#options.detection === "close") this.#perform(this.#router.findLosses());
  }

  #actions(): EndpointActions {
    return {
      requestAgent: (body, peer) => this.#requestAgent(body, peer),
      submitOnboarding: (body, peer) => this.#submitOnboarding(body, peer),
      submitTask: (body, peer) => this.#submitTask(body, peer),
      submitMetadata: (body) => this.#submitMetadata(body),
      logError: (body) => this.#logError(body),
    };
  }

  async #requestAgent(body: RequestAgentBody, peer: Peer): Promise<Answer> {
    if (this.#isAdmitting && this.#link.admits(body.provider_data.agent_registration_id)) {
      const refusal = this.#refusal();
      if (refusal !== undefined) return refusal;
      const { requestId, outputs } = this.#router.requestAgent(body);
      return this.#wait(requestId, peer, () => this.#perform(outputs));
    }
    this.#options.observer.count("connections_refused");
    const data = { request_id: "", worker_id: null, agent_id: null, init_task_data: null };
    const failure_reason = FAILURE_REASONS["no-work"];
    const details = { packet_type: "agent_details", subject_id: limits.BACKEND_SUBJECT } as const;
    return { status: 200, body: formatPacket({ ...details, data: { ...data, failure_reason } }) };
  }

  async #submitOnboarding(body: SubmitOnboardingBody, peer: Peer): Promise<Answer> {
    if (!isOnboardingId(body.agent_id) || this.#link.agents.get(body.agent_id) === undefined)
      return this.#unknownAgent();
    // Before the router is asked, which forgets the agent.
    const refusal = this.#refusal();
    if (refusal !== undefined) return refusal;
    const { requestId, outputs } = this.#router.submitOnboarding(body);
    return this.#wait(requestId, peer, () => this.#perform(outputs));
  }

  async #submitTask(body: SubmitTaskBody, peer: Peer): Promise<Answer> {
    const agent = this.#link.agents.get(body.agent_id);
    if (agent === undefined || isOnboardingId(body.agent_id)) return this.#unknownAgent();
    const refusal = this.#refusal();
    if (refusal !== undefined) return refusal;
    const requestId = this.#options.ids.next();
    return this.#wait(requestId, peer, () =>
      this.#link.submit(agent, body.final_data, (outcome) => {
        if (outcome.kind === "committed") this.#router.forget(agent.agentId);
        this.#waiting.get(requestId)?.(
          outcome.kind === "committed"
            ? answerOf(200, ANSWERS.submitTask)
            : errorAnswer(409, `the agent has ended: ${outcome.status}`),
        );
      }),
    );
  }

  #submitMetadata(body: SubmitMetadataBody): Answer {
    if (this.#link.agents.get(body.agent_id) === undefined) return this.#unknownAgent();
    this.#perform(this.#router.submitMetadata(body));
    return answerOf(200, ANSWERS.submitMetadata);
  }

  #logError(body: LogErrorBody): Answer {
    this.#perform(this.#router.logError(body));
    return answerOf(200, ANSWERS.logError);
  }

  #unknownAgent(): Answer {
    this.#options.observer.count("peer_input_refused");
    return errorAnswer(404, "there is no such agent");
  }

  /** The answer to a request that cannot be passed to the platform now; undefined when it can. */
  #refusal(): Answer | undefined {
    const { limits: bounds, observer } = this.#options;
    if (this.#waiting.size < bounds.waitingRequests && !this.#isClosing && this.#link.isAlive) return undefined;
    observer.count("connections_refused");
    return { ...errorAnswer(503, "the server cannot take the request now"), notStarted: true };
  }

  /**
   * Starts what the platform has to answer, and waits for the answer; at most for the limit of time, or until the peer
   * is gone.
   */
  #wait(requestId: string, peer: Peer, start: () => void): Promise<Answer> {
    const { limits: bounds, reactor } = this.#options;
    return new Promise((resolve) => {
      const settle = (answer: Answer): void => {
        if (!this.#waiting.delete(requestId)) return;
        this.#router.cancelRequest(requestId);
        reactor.cancel(timer);
        resolve(answer);
      };
      const timer = reactor.at(reactor.clock.now() + bounds.answerWithinMs, () =>
        settle(errorAnswer(504, "the platform has not answered in time; the request may still be carried out")),
      );
      this.#waiting.set(requestId, settle);
      peer.once("close", () => settle(errorAnswer(499, "the client has gone")));
      start();
    });
  }
}

function textOf(message: RawData): string {
  return Buffer.isBuffer(message)
    ? message.toString("utf8")
    : Buffer.concat(Array.isArray(message) ? message : [Buffer.from(message)]).toString("utf8");
}
