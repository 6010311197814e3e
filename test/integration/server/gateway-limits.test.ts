/** Requests and packets beyond a gateway's limits are refused, and leave nothing behind. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";
import { DEFAULT_LIMITS } from "../../../dist/platform/server/gateway/index.js";
import { until } from "../../support/backend/router.js";
import { Page, post } from "../../support/server/served.js";
import { silentPlatform } from "../../support/server/silent-platform.js";

/** Opens a connection, writes to it at once, and returns what it reads until it is closed. */
async function rawAnswer(url: string, ...writes: (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let read = "";
  socket.on("data", (chunk: Buffer) => (read += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  for (const text of writes) socket.write(text);
  await once(socket, "close");
  return read;
}

/** A text frame of a client, with a mask of zeros. */
function frame(packet: object): Buffer {
  const payload = Buffer.from(JSON.stringify(packet));
  assert(payload.length < 126);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/** Whether a WebSocket is opened, or the HTTP status of its refusal. */
async function opened(t: { after(fn: () => void): void }, url: string): Promise<"open" | number | undefined> {
  const socket = new WebSocket(url.replace("http", "ws"));
  t.after(() => socket.terminate());
  socket.on("error", () => undefined);
  return new Promise((resolve) => {
    socket.once("open", () => resolve("open"));
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode));
  });
}

test("a chunked body that is too large gets 413, however many chunks follow, and the gateway serves on", async (t) => {
  const { url, counted } = await silentPlatform(t);
  const chunk = (bytes: number): string => `${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`;
  const answer = await rawAnswer(
    url,
    "POST /log_error HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n" +
      chunk(DEFAULT_LIMITS.bodyBytes) +
      chunk(10).repeat(5) +
      "0\r\n\r\n",
  );
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.equal(answer.match(/HTTP\/1\.1/g)?.length, 1);
  assert.deepEqual(counted, ["peer_input_refused"]);
  assert.equal((await fetch(`${url}is_alive`)).status, 200);
});

test("packets that a socket had sent before it was cut are ignored", async (t) => {
  const { url, counted, register } = await silentPlatform(t, { waitingUpdates: 1, unidentifiedSockets: 1 });
  await register("ann");
  const update = { packet_type: "mephisto_bound_live_update", subject_id: "7", data: { text: "hello" } };
  await rawAnswer(
    url,
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    Buffer.concat([frame(update), frame(update), frame({ packet_type: "alive", subject_id: "7", data: {} })]),
  );
  assert.deepEqual(counted, ["peer_input_refused", "connections_cut"]);
  assert.equal(await opened(t, url), "open");
  assert.equal(await opened(t, url), 503, "one socket may be there that has not said whose it is");
});

test("the loss of an agent whose submit of an onboarding was refused is found", async (t) => {
  const limits = { waitingRequests: 1, answerWithinMs: 60_000 };
  const { url, received, register } = await silentPlatform(t, limits, "close");
  const page = new Page(url.replace(/\/$/, ""), "newcomer");
  await page.register();
  await page.connect();
  await page.untilStatus("onboarding");
  void register("nobody");
  await until(() => received.filter(({ packet_type }) => packet_type === "register_agent").length === 2, "it waits");
  const provider_data = { USED_AGENT_ID: page.agentId, onboarding_data: {} };
  assert.equal((await post(url, "submit_onboarding", { provider_data })).status, 503);
  assert(received.every(({ packet_type }) => packet_type !== "submit_onboarding"));
  page.socket?.terminate();
  await until(() => received.some(({ packet_type }) => packet_type === "return_statuses"), "the loss is reported");
  const losses = received.filter(({ packet_type }) => packet_type === "return_statuses");
  assert.deepEqual(
    losses.map(({ data }) => data),
    [{ onboarding_7: "disconnect" }],
  );
});

test("files of a submit that was not passed on are removed, those of one that may be carried out are kept", async (t) => {
  const { url, received, register, filesDirectory } = await silentPlatform(t, {
    waitingRequests: 1,
    // The file is written in this time, also while other programs keep the machine busy.
    answerWithinMs: 8000,
  });
  await register("ann");
  const submit = async (): Promise<number> => {
    const form = new FormData();
    form.append("file", new Blob(["x".repeat(1000)]), "large.txt");
    form.set("USED_AGENT_ID", "7");
    form.set("final_string_data", "{}");
    return (await fetch(`${url}submit_task`, { method: "POST", body: form })).status;
  };
  const waits = register("nobody");
  await until(() => received.filter(({ packet_type }) => packet_type === "register_agent").length === 2, "it waits");
  assert.equal(await submit(), 503);
  assert.deepEqual(readdirSync(filesDirectory), []);
  assert.equal((await waits).status, 504);
  assert.equal(await submit(), 504);
  assert.equal(readdirSync(filesDirectory).length, 1);
});
