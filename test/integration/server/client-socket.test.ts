/** Slow, fast and silent peers of a gateway's socket, over a real connection. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { ClientSocket } from "../../../dist/platform/server/gateway/client-socket.js";
import { DEFAULT_LIMITS, type GatewayLimits } from "../../../dist/platform/server/gateway/index.js";

async function pair(t: TestContext, limits: Partial<GatewayLimits> = {}) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const connection = once(server, "connection") as Promise<[WebSocket]>;
  const peer = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const [socket] = await connection;
  await once(peer, "open");
  t.after(() => {
    peer.terminate();
    socket.terminate();
    server.close();
  });
  return { peer, client: new ClientSocket(socket, { ...DEFAULT_LIMITS, ...limits }, 0) };
}

test("a peer that does not read is told from one that does", async (t) => {
  const { peer, client } = await pair(t, { bufferedBytes: 1 << 16 });
  const text = "x".repeat(1 << 14);
  peer.pause();
  let sent = 0;
  while (client.send(text)) {
    sent++;
    assert(sent < 10_000, "the buffer has no bound");
    if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  assert(client.socket.bufferedAmount > 1 << 16);
  const closed = once(peer, "close");
  peer.resume();
  client.cut();
  await closed;
  assert(client.send(text), "nothing is sent to a socket that is closed, and nothing waits for it");
});

test("a peer that sends too fast, says nothing, or not whose it is", async (t) => {
  const { client } = await pair(t, { messagesASecond: 3, identifyWithinMs: 100, silentMs: 1000 });
  assert.deepEqual(
    [1, 2, 3, 4].map(() => client.received(500)),
    [true, true, true, false],
  );
  assert(client.received(1500), "of the next second");
  assert(!client.isOverdue(100));
  assert(client.isOverdue(101));
  client.isIdentified = true;
  assert(!client.isOverdue(2500));
  assert(client.isOverdue(2501));
});
