/**
 * The socket of a browser's page follows the rules of `mephisto-task` 2.0.4: over a real connection, on a clock that
 * the test moves.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer, type WebSocket } from "ws";
import { ClientSocket, type SocketOwner } from "../../../dist/load/network/client-socket.js";
import { Reactor } from "../../../dist/platform/sync/index.js";

interface Received {
  /** Which of the connections, counted from 0. */
  readonly connection: number;
  readonly type: string;
  readonly agent: string;
  readonly number: unknown;
}

async function browser(t: TestContext) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const connections: WebSocket[] = [];
  const received: Received[] = [];
  server.on("connection", (socket) => {
    const connection = connections.push(socket) - 1;
    socket.on("message", (data: Buffer) => {
      const {
        packet_type,
        subject_id,
        data: body,
      } = JSON.parse(data.toString()) as {
        readonly packet_type: string;
        readonly subject_id: string;
        readonly data?: { readonly number?: unknown };
      };
      received.push({ connection, type: packet_type, agent: subject_id, number: body?.number });
    });
  });
  let now = 0;
  const reactor = new Reactor({ now: () => now }, () => {
    throw new Error("there are no events");
  });
  reactor.drive({ requestTurn: () => undefined });
  const noted: string[] = [];
  const owner: SocketOwner = {
    onPacket: (_socket, { packet_type }) => noted.push(`got ${packet_type}`),
    onMalformed: () => noted.push("malformed"),
    onHeartbeat: () => undefined,
    onBroken: () => noted.push("broken"),
    onGivenUp: (_socket, why) => noted.push(`given up: ${why}`),
  };
  const sockets: ClientSocket[] = [];
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const context = { reactor, url, options: {}, rules: "browser", wallClock: () => now, newId: () => "id" } as const;
  t.after(() => {
    for (const socket of sockets) socket.close("lost");
    for (const socket of connections) socket.terminate();
    server.close();
  });
  const page = {
    connections,
    received,
    noted,
    /** As `connect` of the page's client. Resolves once the socket is open. */
    async connect(agentId: string): Promise<ClientSocket> {
      const before = connections.length;
      const socket = new ClientSocket(agentId, context, owner, sockets.at(-1));
      sockets.push(socket);
      await page.until(() => connections.length > before, "a connection");
      return socket;
    },
    update(socket: ClientSocket, number: number): void {
      const data = { number };
      socket.send({ packet_type: "mephisto_bound_live_update", subject_id: socket.agentId, data });
    },
    /** Moves the clock on, and waits until the server has what was sent. */
    async pass(ms: number): Promise<void> {
      for (const end = now + ms; now < end; ) {
        now += 10;
        reactor.turn();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async until(holds: () => boolean, what: string): Promise<void> {
      for (let waited = 0; !holds(); waited++) {
        assert.ok(waited < 10_000, `${what} did not come: ${JSON.stringify({ received, noted })}`);
        await sleep(1);
      }
    },
    answerHeartbeat(place: number, agent: string, lastPing: number): void {
      const data = { last_mephisto_ping: lastPing };
      connections[place]?.send(JSON.stringify({ packet_type: "heartbeat", subject_id: agent, data }));
    },
  };
  return page;
}

const ofTask = ({ type }: Received): boolean => type !== "heartbeat";

test("updates that wait together are sent newest first, and alive as one of them", async (t) => {
  const page = await browser(t);
  const socket = await page.connect("7");
  await sleep(20);
  for (const number of [1, 2, 3]) page.update(socket, number);
  await page.pass(450);
  await page.until(() => page.received.filter(ofTask).length === 4, "four packets");
  assert.deepEqual(
    page.received.filter(ofTask).map(({ type, number }) => (type === "alive" ? type : number)),
    [3, 2, 1, "alive"],
  );
});

test("the task's socket takes the queue over; that of the onboarding stays open, without heartbeats", async (t) => {
  const page = await browser(t);
  const onboarding = await page.connect("onboarding_7");
  page.update(onboarding, 1);
  await page.connect("8");
  await sleep(20);
  await page.pass(1000);
  await page.until(() => page.received.some(({ type, connection }) => type === "heartbeat" && connection === 1), "it");
  const updates = page.received.filter(({ number }) => number === 1);
  assert.deepEqual(updates, [{ connection: 1, type: "mephisto_bound_live_update", agent: "onboarding_7", number: 1 }]);
  assert.deepEqual(
    page.received.filter(({ type, connection }) => type === "heartbeat" && connection === 0),
    [],
  );
  assert.equal(page.connections[0]?.readyState, 1);
});

test("a socket that was closed is found by the next packet, at once, and alive is sent again", async (t) => {
  const page = await browser(t);
  const socket = await page.connect("7");
  await page.until(() => page.connections.length === 1, "a connection");
  await sleep(20);
  await page.pass(700);
  page.connections[0]?.close();
  await page.until(() => page.noted.includes("broken"), "the close");
  await page.pass(4000);
  assert.equal(page.connections.length, 1, "no packet, no heartbeat: no new socket");
  page.update(socket, 1);
  await page.pass(110);
  await page.until(() => page.connections.length === 2, "a new socket");
  await sleep(20);
  await page.pass(300);
  await page.until(() => page.received.some(({ number }) => number === 1), "the update");
  assert.deepEqual(
    page.received.filter(({ connection, type }) => connection === 1 && type !== "heartbeat").map(({ type }) => type),
    ["alive", "mephisto_bound_live_update"],
  );
});

test("a page gives up at the heartbeat after the backend has been silent for 20 s, whatever the router answers", async (t) => {
  const page = await browser(t);
  await page.connect("7");
  await sleep(20);
  await page.pass(600);
  page.answerHeartbeat(0, "7", 100);
  await page.until(() => page.noted.includes("got heartbeat"), "the answer");
  await page.pass(19_000);
  assert.ok(!page.noted.some((note) => note.startsWith("given up")));
  await page.pass(6100);
  assert.deepEqual(
    page.noted.filter((note) => note.startsWith("given up")),
    ["given up: the backend has been silent for 24 s"],
  );
});
