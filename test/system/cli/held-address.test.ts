/** The address that a search holds for the routers of its trials. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { test, type TestContext } from "node:test";
import { HeldAddress } from "../../../dist/cli/shared/held-address.js";
import { freePort } from "../../support/free-port.js";

/** A router that sends back what it receives, with its name before it. */
async function echo(name: string, port: number): Promise<{ readonly server: Server; readonly sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (data) => socket.write(`${name} ${data.toString()}`));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { server, sockets };
}

async function dial(t: TestContext, { url }: HeldAddress): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

const answer = async (socket: Socket): Promise<string> => String((await once(socket, "data"))[0]);

test("a connection waits for the next router, with what it has sent, and is not refused between two", async (t) => {
  const held = await HeldAddress.listen("127.0.0.1", 0);
  t.after(() => held.close());
  const first = await dial(t, held);
  first.write("hello");
  const port = await freePort();
  // The router is ordered before it listens.
  held.passTo(port);
  const one = await echo("one", port);
  assert.equal(await answer(first), "one hello");
  first.write("again");
  assert.equal(await answer(first), "one again");

  const closed = once(first, "close");
  // One that comes while the router of a trial that is over is still the present one waits for the next, too.
  one.server.close();
  const late = await dial(t, held);
  late.write("late?");
  await setTimeout(20);
  held.passTo(undefined);
  for (const socket of one.sockets) socket.destroy();
  await closed;

  const second = await dial(t, held);
  second.write("anybody?");
  const next = await freePort();
  const two = await echo("two", next);
  t.after(() => two.server.close());
  held.passTo(next);
  assert.deepEqual(await Promise.all([answer(second), answer(late)]), ["two anybody?", "two late?"]);
  second.destroy();
  late.destroy();
  for (const socket of two.sockets) if (!socket.destroyed) await once(socket, "close");
});

test("an address that is taken is refused with the reason", async (t) => {
  const held = await HeldAddress.listen("127.0.0.1", 0);
  t.after(() => held.close());
  const { port } = new URL(held.url);
  await assert.rejects(
    HeldAddress.listen("127.0.0.1", Number(port)),
    new RegExp(`cannot listen at 127.0.0.1:${port}: `),
  );
});
