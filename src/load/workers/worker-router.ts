/**
 * What connects simulated workers with a platform. `Router` does it in shared memory, for the platform of this process;
 * `NetworkRouter` (load/network) does it by HTTP and WebSockets.
 */
import type { ChannelPacket, PacketType } from "../../platform/live/index.js";
import type { WorkerRecorder } from "../measure/index.js";
import type { LocalQueue } from "./local-queue.js";

/** One worker behind the router. Only its router changes it. */
export interface ClientConnection {
  readonly registrationId: string;
  /** What the platform sends, while the client is connected. */
  readonly inbox: LocalQueue<ChannelPacket>;
  /** The last agent that the platform gave it. */
  readonly agentId: string | undefined;
  /**
   * `connected`; `offline`: nothing reaches it; `lost`: the worker does not come back, or the platform was notified.
   */
  readonly state: "connected" | "offline" | "lost";
}

export interface WorkerRouter {
  /**
   * Connects a worker, for the first time or after {@link disconnect}: the same registration id gives the same
   * connection. `recorder`: where to record what is of the worker.
   */
  connect(registrationId: string, recorder: WorkerRecorder): ClientConnection;
  /** The connection breaks without a close: no packet reaches the worker. */
  disconnect(connection: ClientConnection): void;
  /** Sends a packet of a worker. `subjectId`: its agent, or its registration id. */
  send(connection: ClientConnection, type: PacketType, subjectId: string, data: ChannelPacket["data"]): void;
  /** The time has passed after which the platform is to notice that a disconnected worker is gone. */
  reportLost(connection: ClientConnection): void;
  /** The worker has gone home, and will not come back. */
  forget(connection: ClientConnection): void;
}
