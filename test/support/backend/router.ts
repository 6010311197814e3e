/** A router on a free port of this machine, for tests. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  BackendLink,
  RouterCore,
  RouterServer,
  type InFlight,
  type ServerCount,
} from "../../../dist/platform/server/router-server/index.js";

export interface TestRouter {
  readonly url: string;
  readonly server: RouterServer;
  readonly link: BackendLink;
  readonly core: RouterCore;
  /** What was counted. */
  readonly counts: Record<ServerCount, number>;
  /** Types of packets for the backend that were lost. */
  readonly lost: string[];
  /** Whether packets are kept while there is no backend. */
  keeps: boolean;
  /** The clock of the router is ahead by so much, ms. */
  aheadMs: number;
  close(): Promise<InFlight>;
}

export interface TestRouterOptions {
  readonly token?: string;
  readonly origins?: readonly string[];
  readonly files?: string;
}

export async function startRouter(options: TestRouterOptions = {}): Promise<TestRouter> {
  const state = { keeps: true, aheadMs: 0 };
  const counts = { malformed: 0, refused: 0 };
  const lost: string[] = [];
  const now = (): number => Date.now() + state.aheadMs;
  const link = new BackendLink({ keeps: () => state.keeps, onLost: ({ packet_type }) => lost.push(packet_type) });
  const core = new RouterCore({
    now,
    newRequestId: () => randomUUID(),
    detection: "heartbeat",
    toBackend: (packet) => link.send(packet),
    onDropped: () => undefined,
  });
  const server = new RouterServer({
    host: "127.0.0.1",
    port: 0,
    ...options,
    core,
    link,
    now,
    events: {
      onBackend: () => undefined,
      onBackendClosed: () => undefined,
      onBackendPacket: (packet) => core.fromBackend(packet),
      count: (what) => counts[what]++,
    },
  });
  const port = await server.listen();
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    server,
    link,
    core,
    counts,
    lost,
    close: () => server.close(() => sleep(500, undefined, { ref: false })),
  });
}

/** Waits until `holds`, for 5 s at most. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > 5000) throw new Error(`not within 5 s: ${what}`);
    await sleep(5);
  }
}
