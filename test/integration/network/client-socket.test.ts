/** The WebSocket of a page whose target is away when it opens. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocketServer, type WebSocket } from "ws";
import { freePort } from "../../support/free-port.js";
import { ClientSocket } from "../../../dist/load/network/client-socket.js";
import { TimerDriver } from "../../../dist/load/network/index.js";
import { Reactor, systemClock } from "../../../dist/platform/sync/index.js";

test("direct: a socket that opens at the fourth attempt says `alive` once, first", async (t) => {
  const reactor = new Reactor(systemClock, () => {
    throw new Error("there are no events");
  });
  const driver = new TimerDriver(reactor);
  reactor.drive(driver);
  const port = await freePort();
  let broken = 0;
  let opened: WebSocketServer | undefined;
  const server = new Promise<WebSocketServer>((resolve) => {
    const owner = {
      onPacket: () => undefined,
      onMalformed: () => undefined,
      onHeartbeat: () => undefined,
      onGivenUp: () => undefined,
      onBroken: () => {
        if (++broken === 3) resolve((opened = new WebSocketServer({ host: "127.0.0.1", port })));
      },
    };
    const context = {
      ...{ reactor, url: `ws://127.0.0.1:${port}`, options: {}, rules: "direct" as const },
      ...{ wallClock: () => Date.now(), newId: () => "id" },
    };
    const socket = new ClientSocket("7", context, owner);
    socket.send({ packet_type: "mephisto_bound_live_update", subject_id: "7", data: { text: "hello" } });
    t.after(() => {
      socket.close("lost");
      driver.stop();
      opened?.close();
    });
  });
  const types: string[] = [];
  const [ws] = (await once(await server, "connection")) as [WebSocket];
  ws.on("message", (data: Buffer) => types.push((JSON.parse(data.toString()) as { packet_type: string }).packet_type));
  // The first heartbeat follows half a second later: all that waited was sent before.
  while (!types.includes("heartbeat")) await once(ws, "message");
  assert.deepEqual(types, ["alive", "mephisto_bound_live_update", "heartbeat"]);
});
