/**
 * A task behind a router, small: HTTP and WebSockets on loopback, agents in memory. It answers each update, and can be
 * told to do what a broken one does.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server as NetServer } from "node:net";
import Sqlite from "better-sqlite3";
import { WebSocketServer, type WebSocket } from "ws";

type Json = Record<string, unknown>;

export interface TaskServerOptions {
  /** Whether workers have an onboarding; it is passed with `{ success: true }` or the right answer. */
  readonly onboarding?: boolean;
  /** The answers to an update, as data of packets. Left out: one, which names the update. */
  readonly answer?: (update: Json) => readonly Json[];
  /** What happens to a request before the server handles it; true: it was answered. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse, body: Json) => boolean;
  /** Sends every packet to clients twice. */
  readonly doubles?: boolean;
  /** Where to keep the agents, as Mephisto's database has them. */
  readonly database?: string;
  /** Registers workers twice: the second agent is told to nobody. */
  readonly registersTwice?: boolean;
  /** Forgets the submits of tasks that it has answered. */
  readonly losesSubmits?: boolean;
  /** Where it listens; left out: on loopback. */
  readonly host?: string;
  /** Serves by TLS. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
}

export interface ServedAgent {
  readonly agentId: string;
  readonly workerName: string;
  readonly registrationId: string;
  readonly isOnboarding: boolean;
  readonly unitId: string | null;
  status: string;
  updates: Json[];
  submits: unknown[];
}

export interface TaskServer {
  readonly url: string;
  readonly agents: Map<string, ServedAgent>;
  /** Open WebSockets by the agent that they said to be of. */
  readonly sockets: Map<string, WebSocket>;
  /** The packets that clients sent. */
  readonly received: Json[];
  tell(agentId: string, status: string): void;
  send(agentId: string, packet_type: string, data: unknown): void;
  /**
   * Ends the task as Mephisto's forced shutdown does: agents that are at work become `completed`, then nothing listens
   * any more.
   */
  shutDown(): Promise<void>;
  close(): Promise<void>;
}

export async function serveTask(options: TaskServerOptions = {}): Promise<TaskServer> {
  const agents = new Map<string, ServedAgent>();
  const byRegistration = new Map<string, string>();
  const sockets = new Map<string, WebSocket>();
  const received: Json[] = [];
  let lastId = 2n ** 60n;
  const database = options.database === undefined ? undefined : createDatabase(options.database);
  const send = (agentId: string, packet_type: string, data: unknown): void => {
    const text = JSON.stringify({ packet_type, subject_id: agentId, data, server_timestamp: Date.now() / 1000 });
    for (let times = options.doubles === true ? 2 : 1; times > 0; times--) sockets.get(agentId)?.send(text);
  };
  const tell = (agentId: string, status: string): void => {
    const agent = agents.get(agentId);
    if (agent !== undefined) agent.status = status;
    if (agent !== undefined) database?.write(agent);
    send(agentId, "update_status", { status });
  };
  const newAgent = (workerName: string, registrationId: string, isOnboarding: boolean): ServedAgent => {
    const id = String(++lastId);
    const agent: ServedAgent = {
      agentId: isOnboarding ? `onboarding_${id}` : id,
      workerName,
      registrationId,
      isOnboarding,
      unitId: isOnboarding ? null : String(++lastId),
      status: isOnboarding ? "onboarding" : "in task",
      updates: [],
      submits: [],
    };
    agents.set(agent.agentId, agent);
    byRegistration.set(registrationId, agent.agentId);
    database?.write(agent);
    return agent;
  };
  const details = (agentId: string | null, failure_reason: string | null): Json => ({
    packet_type: "agent_details",
    subject_id: "channel",
    data: { request_id: "r", worker_id: "1", agent_id: agentId, init_task_data: {}, failure_reason },
  });
  const handle = (path: string, body: Json): Json | undefined => {
    switch (path) {
      case "/is_alive":
        return { status: "Alive!" };
      case "/request_agent": {
        const { worker_name, agent_registration_id } = body["provider_data"] as Record<string, string>;
        const registrationId = String(agent_registration_id);
        const known = byRegistration.get(registrationId);
        if (options.registersTwice === true && known === undefined)
          newAgent(String(worker_name), registrationId, false);
        return details(
          known ?? newAgent(String(worker_name), registrationId, options.onboarding === true).agentId,
          null,
        );
      }
      case "/submit_onboarding": {
        const { USED_AGENT_ID, onboarding_data } = body["provider_data"] as Json;
        const agent = agents.get(String(USED_AGENT_ID));
        if (agent === undefined) return undefined;
        agent.submits.push(onboarding_data);
        const passes = (onboarding_data as Json)["success"] === true;
        agent.status = passes ? "approved" : "rejected";
        database?.write(agent);
        if (!passes) return details(null, "You are not currently qualified to work on this task...");
        return details(newAgent(agent.workerName, agent.registrationId, false).agentId, null);
      }
      case "/submit_task": {
        const agent = agents.get(String(body["USED_AGENT_ID"]));
        agent?.submits.push(body["final_data"]);
        if (agent !== undefined && options.losesSubmits !== true) {
          agent.status = "completed";
          database?.write(agent);
        }
        return { status: "Submitted!" };
      }
      default:
        return undefined;
    }
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    void bodyOf(request).then((body) => {
      if (options.intercept?.(request, response, body) === true) return;
      const answer = handle(request.url ?? "", body);
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { error: "no such thing" }));
    });
  };
  const server = options.tls === undefined ? createServer(onRequest) : createTlsServer(options.tls, onRequest);
  const webSockets = new WebSocketServer({ server });
  webSockets.on("connection", (socket) => {
    socket.on("message", (data) => {
      const packet = JSON.parse((data as Buffer).toString("utf8")) as Json;
      received.push(packet);
      const agentId = String(packet["subject_id"]);
      const agent = agents.get(agentId);
      switch (packet["packet_type"]) {
        case "alive":
          sockets.set(agentId, socket);
          send(agentId, "update_status", { status: agent?.status ?? "none" });
          return;
        case "heartbeat":
          socket.send(JSON.stringify({ ...packet, data: { last_mephisto_ping: Date.now(), status: agent?.status } }));
          return;
        case "mephisto_bound_live_update": {
          const update = packet["data"] as Json;
          if (agent?.updates.some(({ update_id }) => update_id === update["update_id"]) === true) return;
          agent?.updates.push(update);
          const answers = options.answer?.(update) ?? [answerTo(update)];
          for (const answer of answers)
            send(agentId, "client_bound_live_update", { update_id: crypto.randomUUID(), ...answer });
          return;
        }
        default:
      }
    });
  });
  await listen(server, options.host);
  const stopListening = async (): Promise<void> => {
    if (!server.listening) return;
    for (const socket of webSockets.clients) socket.terminate();
    webSockets.close();
    server.closeAllConnections();
    const closed = once(server, "close");
    server.close();
    await closed;
  };
  return {
    url: `${options.tls === undefined ? "http" : "https"}://${options.host ?? "127.0.0.1"}:${(server.address() as AddressInfo).port}`,
    agents,
    sockets,
    received,
    tell,
    send,
    async shutDown() {
      for (const agent of agents.values()) {
        if (agent.status !== "in task") continue;
        agent.status = "completed";
        database?.write(agent);
      }
      await stopListening();
    },
    async close() {
      await stopListening();
      database?.close();
    },
  };
}

/** A database with those columns of Mephisto's that matter. */
function createDatabase(path: string) {
  const database = new Sqlite(path);
  database.exec(`
    CREATE TABLE workers (worker_id INTEGER PRIMARY KEY, worker_name CHAR(255) NOT NULL UNIQUE, creation_date DATETIME);
    CREATE TABLE agents (agent_id INTEGER PRIMARY KEY, worker_id INTEGER NOT NULL, unit_id INTEGER NOT NULL, status CHAR(15));
    CREATE TABLE onboarding_agents (onboarding_agent_id INTEGER PRIMARY KEY, worker_id INTEGER NOT NULL, status CHAR(15));
  `);
  const newWorker = database.prepare("INSERT OR IGNORE INTO workers (worker_name) VALUES (?)");
  const workerOf = "(SELECT worker_id FROM workers WHERE worker_name = ?)";
  const newAgent = database.prepare(`INSERT OR REPLACE INTO agents VALUES (?, ${workerOf}, ?, ?)`);
  const newOnboarding = database.prepare(`INSERT OR REPLACE INTO onboarding_agents VALUES (?, ${workerOf}, ?)`);
  return {
    write({ agentId, workerName, unitId, status }: ServedAgent): void {
      // As of a sandbox provider.
      const name = `${workerName}_sandbox`;
      newWorker.run(name);
      if (unitId === null) newOnboarding.run(BigInt(agentId.replace("onboarding_", "")), name, status);
      else newAgent.run(BigInt(agentId), name, BigInt(unitId), status);
    },
    close: () => database.close(),
  };
}

/** The answer to an update of any dialect of the program. */
export function answerTo(update: Json): Json {
  if ("request_id" in update) return { handles: update["request_id"], response: "{}" };
  if ("echo_id" in update) return { echo_id: update["echo_id"], text: update["text"] };
  return { text: "I see.", in_reply_to: update["number"] };
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? {} : (JSON.parse(text) as Json);
}

export async function listen(server: NetServer, host = "127.0.0.1"): Promise<void> {
  server.listen(0, host);
  await once(server, "listening");
}
