/** A browser's connection to the gateway: HTTP requests, and a WebSocket that is opened again when it breaks. */

export type Data = Record<string, unknown>;

export interface AgentDetails {
  readonly agent_id: string | null;
  readonly failure_reason: string | null;
  readonly init_task_data: { readonly past_live_updates?: readonly Data[] } | null;
}

export interface ConnectionHandlers {
  onStatus(status: string): void;
  onUpdate(update: Data): void;
  onOnline(isOnline: boolean): void;
}

/** As Mephisto's protocol has them, ms. */
const FIRST_HEARTBEAT_MS = 500;
const HEARTBEAT_MS = 6000;
/** Between attempts to connect, ms. */
const RETRY_MS = 1000;

/** An answer that is not a success: its reason. */
export class AnswerError extends Error {}

export async function post(path: string, body: Data): Promise<Data> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, client_timestamp: Date.now() / 1000 }),
  });
  const answer = (await response.json()) as Data;
  if (!response.ok) throw new AnswerError(typeof answer["error"] === "string" ? answer["error"] : response.statusText);
  return answer;
}

/** Registers, or submits an onboarding; the answer is a packet. */
export async function askForAgent(path: string, providerData: Data): Promise<AgentDetails> {
  const { data } = await post(path, { provider_data: providerData });
  return data as AgentDetails;
}

/** The socket of one agent. */
export class Connection {
  readonly #agentId: string;
  readonly #handlers: ConnectionHandlers;
  readonly #seen = new Set<unknown>();
  readonly #unsent: Data[] = [];
  readonly #heartbeat: number;
  #socket: WebSocket | undefined;
  #isClosed = false;

  constructor(agentId: string, handlers: ConnectionHandlers) {
    this.#agentId = agentId;
    this.#handlers = handlers;
    this.#open();
    this.#heartbeat = window.setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  sendUpdate(data: Data): void {
    this.#unsent.push(data);
    this.#flush();
  }

  close(): void {
    this.#isClosed = true;
    window.clearInterval(this.#heartbeat);
    this.#socket?.close();
  }

  #open(): void {
    if (this.#isClosed) return;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#send("alive", {});
      window.setTimeout(() => this.#beat(), FIRST_HEARTBEAT_MS);
      this.#handlers.onOnline(true);
      this.#flush();
    };
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(String(data)) as Data);
    socket.onclose = () => {
      if (this.#isClosed) return;
      this.#handlers.onOnline(false);
      window.setTimeout(() => this.#open(), RETRY_MS);
    };
  }

  #receive({ packet_type, data }: Data): void {
    const received = data as Data;
    if (packet_type === "update_status") this.#handlers.onStatus(String(received["status"]));
    if (packet_type !== "client_bound_live_update" || this.#seen.has(received["update_id"])) return;
    this.#seen.add(received["update_id"]);
    this.#handlers.onUpdate(received);
  }

  #flush(): void {
    while (this.#socket?.readyState === WebSocket.OPEN) {
      const next = this.#unsent.shift();
      if (next === undefined) return;
      this.#send("mephisto_bound_live_update", next);
    }
  }

  #beat(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send("heartbeat", undefined);
  }

  #send(packet_type: string, data: Data | undefined): void {
    const packet = { packet_type, subject_id: this.#agentId, data, client_timestamp: Date.now() / 1000 };
    this.#socket?.send(JSON.stringify(packet));
  }
}
