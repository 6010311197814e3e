/**
 * A backend of Mephisto's protocol as a script: it connects to a router as the WebSocket's client, admits workers,
 * answers each update, and completes. It does the same as Mephisto's Python, where that is known to, faults included: a
 * registration that arrives twice while it is being handled makes two agents.
 */
import { WebSocket } from "ws";

type Json = Record<string, unknown>;

interface Packet {
  readonly packet_type: string;
  readonly subject_id: string;
  readonly data: unknown;
}

export interface BackendOptions {
  /** Whether workers have an onboarding; the answer "wrong" fails it. */
  readonly onboarding?: boolean;
  /** How long a registration takes, ms. */
  readonly registrationMs?: number;
  /** How many workers share an assignment: 1 or 2. */
  readonly unitsPerAssignment?: 1 | 2;
  /** How many units there are; further workers find no work. */
  readonly units?: number;
  /** The replies to an update, as data of packets. Left out: one, in the dialect that the update is of. */
  readonly replies?: (update: Json) => readonly Json[];
  /** Between two requests for statuses, ms. */
  readonly pollMs?: number;
  /** After a socket has closed, ms. */
  readonly reconnectMs?: number;
  /** Whether to keep what was received, for tests. */
  readonly records?: boolean;
}

export interface BackendAgent {
  readonly agentId: string;
  readonly registrationId: string;
  readonly isOnboarding: boolean;
  readonly unit: number;
  /** Every status that it had, oldest first. */
  readonly statuses: string[];
  readonly seen: Set<string>;
  updates: number;
  submits: number;
}

const FINAL = new Set(["completed", "disconnect", "partner disconnect", "timeout", "approved", "rejected"]);
const NO_WORK = "There is currently no available work, please try again later...";
const NOT_QUALIFIED = "You are not currently qualified to work on this task...";

export class ScriptedBackend {
  readonly agents = new Map<string, BackendAgent>();
  readonly received: Packet[] = [];
  /** How often it has connected. */
  connections = 0;
  /** It neither answers nor polls. */
  isSilent = false;
  /** It connects, and is silent from then on. */
  isSilentAfterHello = false;
  updates = 0;
  readonly #url: string;
  readonly #options: BackendOptions;
  readonly #byRegistration = new Map<string, BackendAgent>();
  readonly #onboarded = new Set<string>();
  #waiting: BackendAgent | undefined;
  #ws: WebSocket | undefined;
  #poll: NodeJS.Timeout | undefined;
  #nextId = 2n ** 60n;
  #units = 0;
  #isEnded = false;

  constructor(url: string, options: BackendOptions = {}) {
    this.#url = url.replace(/^http/, "ws");
    this.#options = options;
    this.#connect();
  }

  /** The last status of each agent on a unit, or of each onboarding agent. */
  statuses(isOnboarding = false): string[] {
    return [...this.agents.values()]
      .filter((agent) => agent.isOnboarding === isOnboarding)
      .map(({ statuses }) => statuses.at(-1) ?? "none");
  }

  send(packet_type: string, subject_id: string, data: unknown): void {
    if (this.isSilent || this.#ws?.readyState !== WebSocket.OPEN) return;
    this.#ws.send(JSON.stringify({ packet_type, subject_id, data, server_timestamp: Date.now() / 1000 }));
  }

  /** Closes its socket, and connects again unless it has ended. */
  drop(): void {
    this.#ws?.terminate();
  }

  end(): void {
    this.#isEnded = true;
    clearInterval(this.#poll);
    this.#ws?.close();
  }

  #connect(): void {
    if (this.#isEnded) return;
    const ws = new WebSocket(this.#url, { perMessageDeflate: false });
    this.#ws = ws;
    ws.on("open", () => {
      this.connections++;
      this.send("alive", "mephisto", {});
      this.isSilent ||= this.isSilentAfterHello;
    });
    ws.on("message", (data: Buffer) => this.#onPacket(JSON.parse(data.toString()) as Packet));
    ws.on("error", () => undefined);
    ws.on("close", () => {
      setTimeout(() => this.#connect(), this.#options.reconnectMs ?? 200);
    });
    this.#poll ??= setInterval(() => this.send("request_statuses", "mephisto", {}), this.#options.pollMs ?? 4000);
  }

  #onPacket(packet: Packet): void {
    if (this.#options.records === true) this.received.push(packet);
    if (this.isSilent) return;
    const { packet_type, subject_id } = packet;
    const data = packet.data as Json;
    switch (packet_type) {
      case "mephisto_bound_live_update":
        this.#onUpdate(subject_id, data);
        return;
      case "register_agent":
        this.#onRegister(data);
        return;
      case "submit_onboarding":
        this.#onOnboarding(subject_id, data);
        return;
      case "submit_unit":
        this.#onSubmit(subject_id);
        return;
      case "return_statuses":
        for (const [agentId, status] of Object.entries(data)) if (status === "disconnect") this.#onLost(agentId);
    }
  }

  #onUpdate(agentId: string, data: Json): void {
    const agent = this.agents.get(agentId);
    const id = String(data["update_id"]);
    if (agent === undefined || agent.seen.has(id)) return;
    agent.seen.add(id);
    agent.updates++;
    this.updates++;
    if (FINAL.has(agent.statuses.at(-1) ?? "")) return;
    for (const reply of this.#options.replies?.(data) ?? [replyTo(data)])
      this.send("client_bound_live_update", agentId, { ...reply, update_id: `r${this.#nextId++}` });
  }

  /** As in the original, a registration that is being handled is not known yet: a second one makes a second agent. */
  #onRegister({ request_id, provider_data }: Json): void {
    const { agent_registration_id, worker_name } = provider_data as Json;
    const registrationId = String(agent_registration_id);
    const known = this.#byRegistration.get(registrationId);
    if (known !== undefined) {
      this.#details(request_id, known);
      return;
    }
    const admit = (): void => this.#admit(request_id, registrationId, String(worker_name));
    const { registrationMs = 0 } = this.#options;
    if (registrationMs === 0) admit();
    else setTimeout(admit, registrationMs);
  }

  #admit(request_id: unknown, registrationId: string, worker_name: string): void {
    if (this.#options.onboarding === true && !this.#onboarded.has(worker_name)) {
      const agent = this.#newAgent(registrationId, true);
      this.#details(request_id, agent);
      this.#setStatus(agent, "onboarding");
    } else this.#giveUnit(request_id, registrationId);
  }

  #giveUnit(requestId: unknown, registrationId: string): void {
    const { units = Infinity, unitsPerAssignment = 1 } = this.#options;
    if (this.#units >= units) {
      this.#refuse(requestId, NO_WORK);
      return;
    }
    const agent = this.#newAgent(registrationId, false);
    this.#details(requestId, agent);
    if (unitsPerAssignment === 1) {
      this.#setStatus(agent, "in task");
      return;
    }
    this.#setStatus(agent, "waiting");
    const partner = this.#waiting;
    this.#waiting = partner === undefined ? agent : undefined;
    if (partner !== undefined) for (const each of [partner, agent]) this.#setStatus(each, "in task");
  }

  #onOnboarding(agentId: string, { request_id, onboarding_data }: Json): void {
    const agent = this.agents.get(agentId);
    if (agent === undefined) return;
    agent.submits++;
    if ((onboarding_data as Json)["answer"] === "wrong") {
      agent.statuses.push("rejected");
      this.#refuse(request_id, NOT_QUALIFIED);
      return;
    }
    agent.statuses.push("approved");
    this.#onboarded.add(agent.registrationId);
    this.#giveUnit(request_id, agent.registrationId);
  }

  #onSubmit(agentId: string): void {
    const agent = this.agents.get(agentId);
    if (agent === undefined) return;
    agent.submits++;
    this.#setStatus(agent, "completed");
  }

  #onLost(agentId: string): void {
    const agent = this.agents.get(agentId);
    if (agent !== undefined && !FINAL.has(agent.statuses.at(-1) ?? "")) this.#setStatus(agent, "disconnect");
  }

  #newAgent(registrationId: string, isOnboarding: boolean): BackendAgent {
    const id = `${this.#nextId++}`;
    const agent: BackendAgent = {
      agentId: isOnboarding ? `onboarding_${id}` : id,
      registrationId,
      isOnboarding,
      unit: isOnboarding ? 0 : ++this.#units,
      statuses: [],
      seen: new Set(),
      updates: 0,
      submits: 0,
    };
    this.agents.set(agent.agentId, agent);
    this.#byRegistration.set(registrationId, agent);
    return agent;
  }

  #details(request_id: unknown, { agentId }: BackendAgent): void {
    const data = { request_id, worker_id: "1", agent_id: agentId, init_task_data: null, failure_reason: null };
    this.send("agent_details", "scripted", data);
  }

  #refuse(request_id: unknown, failure_reason: string): void {
    const data = { request_id, worker_id: "1", agent_id: null, init_task_data: null, failure_reason };
    this.send("agent_details", "scripted", data);
  }

  #setStatus(agent: BackendAgent, status: string): void {
    agent.statuses.push(status);
    this.send("update_status", agent.agentId, { status });
  }
}

/** A reply in the dialect that the update is of. */
function replyTo(update: Json): Json {
  if ("request_id" in update) return { handles: update["request_id"], response: "{}" };
  if ("echo_id" in update) return { echo_id: update["echo_id"] };
  return { text: "I see. Go on.", in_reply_to: update["number"] };
}
