/** The router on a port, between browsers and a scripted backend. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { WebSocket, type ClientOptions } from "ws";
import { ScriptedBackend, type BackendOptions } from "../../support/backend/scripted-backend.js";
import { startRouter, until, type TestRouter, type TestRouterOptions } from "../../support/backend/router.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";

type Json = Record<string, unknown>;

async function withRouter(t: TestContext, options: TestRouterOptions = {}): Promise<TestRouter> {
  const router = await startRouter(options);
  t.after(() => router.close());
  return router;
}

async function withBackend(t: TestContext, options: BackendOptions = {}) {
  const router = await withRouter(t);
  const backend = new ScriptedBackend(router.url, { records: true, ...options });
  t.after(() => backend.end());
  await until(() => router.link.isOpen, "the backend connects");
  return { router, backend };
}

async function post(url: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Json };
}

const registration = (name: string) => ({
  provider_data: { worker_name: name, agent_registration_id: `a-${name}`, assignment_id: "a" },
});

async function register(url: string, name: string): Promise<string> {
  const { status, body } = await post(url, "/request_agent", registration(name));
  assert.equal(status, 200);
  return String((body["data"] as Json)["agent_id"]);
}

/** A page's socket that has said `alive`, and what it was sent. */
async function openPage(url: string, agentId: string, options: ClientOptions = {}) {
  const ws = new WebSocket(url.replace("http", "ws"), options);
  const packets: Json[] = [];
  ws.on("message", (data: Buffer) => packets.push(JSON.parse(data.toString()) as Json));
  ws.on("error", () => undefined);
  await once(ws, "open");
  const send = (packet_type: string, data?: unknown): void =>
    ws.send(JSON.stringify({ packet_type, subject_id: agentId, data }));
  send("alive", {});
  return { ws, packets, send };
}

test("a browser registers, works and submits through the router", async (t) => {
  const { router, backend } = await withBackend(t);
  const agentId = await register(router.url, "ann");
  const { ws, packets, send } = await openPage(router.url, agentId);
  t.after(() => ws.terminate());
  send("heartbeat");
  send("mephisto_bound_live_update", { update_id: "u1", request_id: "1" });
  await until(() => packets.some(({ packet_type }) => packet_type === "client_bound_live_update"), "a reply");
  assert.deepEqual(
    packets.map(({ packet_type }) => packet_type),
    ["update_status", "update_status", "heartbeat", "client_bound_live_update"],
  );
  const submitted = await post(router.url, "/submit_task", { USED_AGENT_ID: agentId, final_data: { done: true } });
  assert.deepEqual(submitted, { status: 200, body: { status: "Submitted!" } });
  await until(() => backend.statuses()[0] === "completed", "the submit arrives");
  assert.equal((await fetch(`${router.url}/is_alive`)).status, 200);
});

test("a request before there is a backend is refused, not left to hang", async (t) => {
  const router = await withRouter(t);
  assert.equal((await post(router.url, "/request_agent", registration("ann"))).status, 503);
});

test("packets are kept while the backend is away, or lost as a fault says", async (t) => {
  const { router, backend } = await withBackend(t, { reconnectMs: 50 });
  const agentId = await register(router.url, "ann");
  const { ws, packets, send } = await openPage(router.url, agentId);
  t.after(() => ws.terminate());
  await until(() => packets.length > 0, "the page's status");
  router.server.refuseAll(503);
  router.link.close();
  await until(() => !router.link.isOpen, "the backend's socket closes");
  send("mephisto_bound_live_update", { update_id: "kept" });
  await until(() => router.link.kept === 1, "the update is kept");
  router.keeps = false;
  send("mephisto_bound_live_update", { update_id: "lost" });
  await until(() => router.lost.length === 1, "the update is lost");
  router.server.refuseAll(undefined);
  await until(() => backend.updates === 1, "the kept update arrives");
  assert.deepEqual(router.lost, ["mephisto_bound_live_update"]);
  assert.equal(backend.connections, 2);
});

test("a backend that is refused by a status, or cut off, connects again afterwards", async (t) => {
  const { router, backend } = await withBackend(t, { reconnectMs: 20 });
  for (const how of [503, "cut"] as const) {
    router.server.refuseAll(how);
    router.link.close();
    await until(() => !router.link.isOpen, "the backend's socket closes");
    if (how === 503) assert.equal((await fetch(`${router.url}/is_alive`)).status, 503);
    else await assert.rejects(fetch(`${router.url}/is_alive`));
    router.server.refuseAll(undefined);
    await until(() => router.link.isOpen, "the backend connects again");
  }
  assert.equal(backend.connections, 3);
});

test("a page of another site is refused, as is one that claims to be the backend", async (t) => {
  const { router } = await withBackend(t);
  const elsewhere = { origin: "https://example.org" };
  assert.equal((await post(router.url, "/request_agent", registration("ann"), elsewhere)).status, 403);
  await assert.rejects(openPage(router.url, "7", { headers: elsewhere }), /403/);
  const { ws, send } = await openPage(router.url, "7", { headers: { origin: router.url } });
  const closed = once(ws, "close");
  ws.send(JSON.stringify({ packet_type: "alive", subject_id: "mephisto", data: {} }));
  send("heartbeat");
  assert.equal((await closed)[0], 1008);
  assert.equal(router.link.opened, 1);
  assert.equal(router.counts.refused, 3);
});

test("a request by the name of another site is refused", async (t) => {
  const router = await withRouter(t);
  const asked = request(`${router.url}/is_alive`, { headers: { host: "example.org" } });
  asked.end();
  const [answer] = (await once(asked, "response")) as [{ statusCode: number; resume(): void }];
  answer.resume();
  assert.equal(answer.statusCode, 403);
});

test("with a token everyone has to show it", async (t) => {
  const router = await withRouter(t, { token: "secret" });
  assert.equal((await fetch(`${router.url}/is_alive`)).status, 401);
  assert.equal((await fetch(`${router.url}/is_alive?token=wrong1`)).status, 401);
  assert.equal((await fetch(`${router.url}/is_alive?token=secret`)).status, 200);
  const headers = { authorization: "Bearer secret" };
  assert.equal((await fetch(`${router.url}/is_alive`, { headers })).status, 200);
  await assert.rejects(openPage(router.url, "7"), /401/);
  const { ws } = await openPage(router.url, "7", { headers });
  ws.terminate();
});

test("malformed and hostile input is refused and counted, and the others are served on", async (t) => {
  const { router } = await withBackend(t);
  assert.equal((await post(router.url, "/request_agent", "{")).status, 400);
  assert.equal((await post(router.url, "/request_agent", { provider_data: {} })).status, 400);
  assert.equal((await post(router.url, "/request_agent", JSON.stringify("x".repeat(200_000)))).status, 413);
  assert.equal((await post(router.url, "/request_agent", "{}", { "content-type": "text/plain" })).status, 415);
  assert.equal((await post(router.url, "/nowhere", {})).status, 404);
  const { ws, send } = await openPage(router.url, "7");
  const closed = once(ws, "close");
  ws.send("not JSON");
  ws.send(Buffer.from([1, 2, 3]));
  ws.send(JSON.stringify({ packet_type: "heartbeat" }));
  await until(() => router.counts.malformed === 5, "five malformed inputs");
  for (let times = 0; times < 200; times++) send("heartbeat");
  assert.equal((await closed)[0], 1008);
  assert.match(await register(router.url, "ann"), /^\d+$/);
});

test("a message that is too long closes its socket", async (t) => {
  const { router } = await withBackend(t);
  const { ws } = await openPage(router.url, "7");
  const closed = once(ws, "close");
  ws.send(JSON.stringify({ packet_type: "alive", subject_id: "7", data: { text: "x".repeat(150_000) } }));
  assert.equal((await closed)[0], 1009);
});

test("a socket that does not say whose it is is closed", async (t) => {
  const router = await withRouter(t);
  const ws = new WebSocket(router.url.replace("http", "ws"));
  await once(ws, "open");
  const closed = once(ws, "close");
  router.aheadMs = 11_000;
  router.server.sweep();
  assert.equal((await closed)[0], 1008);
});

test("a page speaks for a bounded number of agents, of which those that the backend does not know go with it", async (t) => {
  const { router } = await withBackend(t);
  const agentId = await register(router.url, "ann");
  const { ws, packets } = await openPage(router.url, agentId);
  for (let place = 1; place <= 40; place++)
    ws.send(JSON.stringify({ packet_type: "alive", subject_id: `invented-${place}`, data: {} }));
  ws.send(JSON.stringify({ packet_type: "heartbeat", subject_id: agentId }));
  await until(() => packets.some(({ packet_type }) => packet_type === "heartbeat"), "the packets were read");
  const known = (): number =>
    Array.from({ length: 40 }, (_, at) => `invented-${at + 1}`).filter((id) => router.core.statusOf(id) !== undefined)
      .length;
  assert.equal(known(), 31);
  ws.terminate();
  await until(() => known() === 0, "the invented agents are forgotten");
  assert.notEqual(router.core.statusOf(agentId), undefined);
});

test("the task's page is served, and nothing outside of its directory", async (t) => {
  const root = temporaryDirectory(t);
  mkdirSync(join(root, "static"));
  writeFileSync(join(root, "static", "index.html"), "<p>task</p>");
  writeFileSync(join(root, "secret"), "secret");
  const router = await withRouter(t, { files: join(root, "static") });
  assert.equal(await (await fetch(`${router.url}/`)).text(), "<p>task</p>");
  assert.equal((await fetch(`${router.url}/..%2fsecret`)).status, 404);
  const config = (await (await fetch(`${router.url}/task_config.json?mephisto_task_version=2.0.4`)).json()) as Json;
  assert.equal(config["mephisto_task_version"], "2.0.4");
});

test("the close of the router says what was in flight, and closes every socket", async (t) => {
  const router = await startRouter();
  const backend = new ScriptedBackend(router.url);
  t.after(() => backend.end());
  await until(() => router.link.isOpen, "the backend connects");
  backend.isSilent = true;
  const { ws } = await openPage(router.url, "7");
  const closed = once(ws, "close");
  const pending = post(router.url, "/request_agent", registration("ann")).catch(() => "cut off");
  await until(() => router.core.pendingRequests === 1, "the request is pending");
  assert.deepEqual(await router.close(), { requests: 1, kept: 0, bytes: 0, browsers: 1 });
  await closed;
  assert.equal(await pending, "cut off");
});
