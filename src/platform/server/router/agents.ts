/** What a router knows about each agent. */
import type { AgentStatus } from "../../../vocabulary/index.js";
import type { WirePacket } from "../protocol/index.js";

/** An agent as the router sees it. Times are ms since the epoch. */
export interface RoutedAgent<Socket> {
  readonly agentId: string;
  /** The last status that the backend has sent, or `disconnect` when the router has lost the agent's client. */
  status: AgentStatus;
  /**
   * When the last heartbeat came; undefined before the first: such an agent is never lost by the age of its heartbeat.
   */
  lastHeartbeatAt: number | undefined;
  /** Where its client is; undefined before its first `alive`, and after the socket has closed. */
  socket: Socket | undefined;
  /** When its socket closed; undefined while it has one, and before it has had any. */
  closedAt: number | undefined;
  /** Packets for its client that came while there was no socket, oldest first. */
  unsent: WirePacket[];
}

/** The agents by id and by socket. Agents that are forgotten leave nothing behind. */
export class RoutedAgents<Socket> {
  readonly #agents = new Map<string, RoutedAgent<Socket>>();
  readonly #bySocket = new Map<Socket, Set<RoutedAgent<Socket>>>();

  get size(): number {
    return this.#agents.size;
  }

  get(agentId: string): RoutedAgent<Socket> | undefined {
    return this.#agents.get(agentId);
  }

  all(): Iterable<RoutedAgent<Socket>> {
    return this.#agents.values();
  }

  findOrCreate(agentId: string): RoutedAgent<Socket> {
    let agent = this.#agents.get(agentId);
    if (agent === undefined) {
      agent = {
        agentId,
        status: "none",
        lastHeartbeatAt: undefined,
        socket: undefined,
        closedAt: undefined,
        unsent: [],
      };
      this.#agents.set(agentId, agent);
    }
    return agent;
  }

  /** The agents whose client is on the socket. */
  on(socket: Socket): readonly RoutedAgent<Socket>[] {
    return [...(this.#bySocket.get(socket) ?? [])];
  }

  bind(agent: RoutedAgent<Socket>, socket: Socket): void {
    if (agent.socket !== socket) this.#unbind(agent);
    agent.socket = socket;
    agent.closedAt = undefined;
    const bound = this.#bySocket.get(socket);
    if (bound === undefined) this.#bySocket.set(socket, new Set([agent]));
    else bound.add(agent);
  }

  /** The socket has closed: its agents have none. Returns them. */
  release(socket: Socket, at: number): readonly RoutedAgent<Socket>[] {
    const agents = this.on(socket);
    for (const agent of agents) {
      this.#unbind(agent);
      agent.closedAt = at;
    }
    return agents;
  }

  forget(agentId: string): void {
    const agent = this.#agents.get(agentId);
    if (agent === undefined) return;
    this.#unbind(agent);
    this.#agents.delete(agentId);
  }

  #unbind(agent: RoutedAgent<Socket>): void {
    if (agent.socket === undefined) return;
    const bound = this.#bySocket.get(agent.socket);
    bound?.delete(agent);
    if (bound?.size === 0) this.#bySocket.delete(agent.socket);
    agent.socket = undefined;
  }
}
