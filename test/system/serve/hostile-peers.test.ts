/** Peers that send what no browser sends: refused, counted, and nobody else is held up. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { WebSocket } from "ws";
import { Page, post, serve } from "../../support/server/served.js";

/** The status of a request whose headers `fetch` does not allow. */
function statusOf(origin: string, path: string, headers: Record<string, string>, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${origin}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once("error", reject)
      .end();
  });
}

/** How a WebSocket that is opened like this ends: the close code, or the HTTP status. */
function openedLike(
  origin: string,
  options: { readonly origin?: string; readonly headers?: Record<string, string> } = {},
): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(origin.replace("http", "ws"), options);
    socket.once("open", () => {
      socket.terminate();
      resolve("open");
    });
    socket.once("unexpected-response", (_request, response) => resolve(String(response.statusCode)));
    socket.once("error", () => resolve("error"));
  });
}

test("malformed packets and requests are refused and counted, and the others work on", async (t) => {
  const served = await serve(t, "--scenario", "steady");
  const { origin } = served;
  const ann = new Page(origin, "ann");
  await ann.register();
  await ann.connect();
  await ann.untilStatus("onboarding");

  const raw = (text: string | Buffer): void => ann.socket?.send(text);
  const malformed: (string | Buffer)[] = [
    "not json",
    "[]",
    '{"packet_type":"no_such_packet","subject_id":"1","data":{}}',
    '{"packet_type":"alive","subject_id":9223372036854775807,"data":{}}',
    '{"packet_type":"alive","subject_id":"999999","data":{}}',
    '{"packet_type":"update_status","subject_id":"1","data":{"status":"completed"}}',
    '{"packet_type":"mephisto_bound_live_update","subject_id":"12345","data":{"text":"of nobody"}}',
    `{"packet_type":"mephisto_bound_live_update","subject_id":"${ann.agentId}","data":{"__proto__":{"number":7}}}`,
    `{"packet_type":"mephisto_bound_live_update","subject_id":"${ann.agentId}","data":{"text":"${"x".repeat(5000)}"}}`,
    `{"packet_type":"submit_unit","subject_id":"1","data":${"[".repeat(5000)}${"]".repeat(5000)}}`,
    Buffer.from([0xff, 0x00]),
  ];
  malformed.forEach(raw);
  ann.update({ text: "still here", number: 99, last: "no", intended_at: "never" });
  await ann.until("the reply", ({ data }) => (data as { in_reply_to?: unknown }).in_reply_to === 99);
  // As large as there is room for, without the rest of the update.
  ann.update({ text: "é".repeat(1800) });
  await ann.until("its reply", ({ data }) => (data as { in_reply_to?: unknown }).in_reply_to === 2);

  const bodies: readonly (readonly [string, unknown, number])[] = [
    ["/request_agent", "<html>", 400],
    ["/request_agent", {}, 400],
    ["/request_agent", { provider_data: { worker_name: "x".repeat(300), agent_registration_id: "y" } }, 400],
    ["/request_agent", `{"provider_data":${"[".repeat(50_000)}`, 400],
    [
      "/request_agent",
      { provider_data: { worker_name: "a", agent_registration_id: "b", more: "x".repeat(200_000) } },
      413,
    ],
    ["/submit_onboarding", { provider_data: { USED_AGENT_ID: "onboarding_999" } }, 404],
    ["/submit_task", { USED_AGENT_ID: "999", final_data: {} }, 404],
    ["/submit_task", { USED_AGENT_ID: ann.agentId, final_data: {} }, 404],
    ["/submit_metadata", { USED_AGENT_ID: "999", metadata: {} }, 404],
    ["/no_such_endpoint", {}, 404],
  ];
  for (const [path, body, expected] of bodies) {
    const { status, body: answer } = await post(origin, path, body);
    assert.equal(status, expected, `${path}: ${JSON.stringify(answer)}`);
    assert.equal(typeof answer["error"], "string");
  }
  assert.equal((await fetch(`${origin}/submit_task`, { method: "PUT" })).status, 405);
  ann.update({ text: "and still" });
  await ann.until("one more reply", ({ data }) => (data as { in_reply_to?: unknown }).in_reply_to === 3);
  const { summary } = await served.stop();
  assert.equal(summary.counters.live_updates_taken, 3);
  assert((summary.counters.peer_input_refused ?? 0) >= malformed.length + bodies.length - 1);
  assert.equal(summary.counters.errors, 0);
  assert(summary.invariants.every(({ held }) => held));
});

test("too large a message, and too many of them, cost their own connection only", async (t) => {
  const served = await serve(t, "--scenario", "steady");
  const ann = new Page(served.origin, "ann");
  await ann.register();
  await ann.connect();
  await ann.untilStatus("onboarding");
  const large = new WebSocket(served.origin.replace("http", "ws"));
  await once(large, "open");
  large.send("x".repeat(200_000));
  const [code] = (await once(large, "close")) as [number];
  assert.equal(code, 1009);
  const fast = new WebSocket(served.origin.replace("http", "ws"));
  await once(fast, "open");
  fast.on("error", () => undefined);
  const closed = once(fast, "close");
  for (let sent = 0; sent < 2000; sent++) fast.send('{"packet_type":"heartbeat","subject_id":"x"}');
  await closed;
  ann.update({ text: "hello" });
  await ann.until("the reply", ({ packet_type }) => packet_type === "client_bound_live_update");
  const { summary } = await served.stop();
  assert.equal(summary.counters.connections_cut, 1);
});

test("files of a submit that is refused are not kept", async (t) => {
  const served = await serve(t, "--scenario", "steady");
  for (const [agentId, data, expected] of [
    ["999", "{}", 404],
    ["1", "{", 400],
  ] as const) {
    const form = new FormData();
    form.append("file", new Blob(["x".repeat(1000)]), "large.txt");
    form.set("USED_AGENT_ID", agentId);
    form.set("final_string_data", data);
    assert.equal((await fetch(`${served.origin}/submit_task`, { method: "POST", body: form })).status, expected);
  }
  assert.deepEqual(readdirSync(join(served.results, readdirSync(served.results)[0] ?? "", "files")), []);
  await served.stop();
});

test("pages of other origins, other names of this machine, and those without the token are not answered", async (t) => {
  const served = await serve(t, "--scenario", "steady", "--token", "s3cret", "--allow-origin", "http://pages.example");
  const { origin } = served;
  const { host } = new URL(origin);
  const bearer = { authorization: "Bearer s3cret" };
  assert.equal(await statusOf(origin, "/is_alive", bearer), 200);
  assert.equal(await statusOf(origin, "/is_alive?token=s3cret", {}), 200);
  assert.equal(await statusOf(origin, "/is_alive", {}), 403);
  assert.equal(await statusOf(origin, "/is_alive", { ...bearer, host: "evil.example" }), 403);
  assert.equal(await statusOf(origin, "/is_alive", { ...bearer, origin: "http://evil.example" }), 403);
  assert.equal(await statusOf(origin, "/is_alive", { ...bearer, origin: "http://pages.example" }), 200);
  assert.equal(await openedLike(origin, { headers: bearer }), "open");
  assert.equal(await openedLike(origin, { headers: bearer, origin: `http://${host}` }), "open");
  assert.equal(await openedLike(origin, { headers: bearer, origin: "http://evil.example" }), "403");
  assert.equal(await openedLike(origin), "403");
  const page = await fetch(`${origin}/?token=s3cret`);
  const cookie = String(page.headers.get("set-cookie")).replace(/;.*/, "");
  assert.equal(await openedLike(origin, { headers: { cookie } }), "open");
  const { summary } = await served.stop();
  assert.equal(summary.counters.connections_refused, 5);
});

test("what is not HTTP, and a path out of the folder of the pages", async (t) => {
  const pages = mkdtempSync(join(tmpdir(), "crowdstorm-pages-"));
  writeFileSync(join(pages, "index.html"), "<!doctype html><title>Mine</title>");
  writeFileSync(join(pages, ".secret"), "hidden");
  symlinkSync("/etc/passwd", join(pages, "link.txt"));
  const served = await serve(t, "--scenario", "steady", "--page", pages);
  const { origin } = served;
  assert.match(await (await fetch(`${origin}/task_index`)).text(), /Mine/);
  for (const path of [
    "/.secret",
    "/link.txt",
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%00",
    "/%",
    "/nothing.js",
  ])
    assert.equal(await statusOf(origin, path, {}), 404, path);
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("\x16\x03\x01 this is no HTTP\r\n\r\n");
  await once(socket, "close");
  assert.equal(await statusOf(origin, "/is_alive", {}), 200);
  assert.equal((await served.stop()).code, 0);
});

test("people beyond the number that can register get no work", async (t) => {
  const served = await serve(t, "--scenario", "steady", "--people", "2");
  for (const name of ["ann", "bob"])
    assert.equal((await new Page(served.origin, name).register()).failure_reason, null);
  const { failure_reason } = await new Page(served.origin, "cyd").register();
  assert.match(String(failure_reason), /^There is currently no available work/);
  assert.equal((await new Page(served.origin, "ann").register()).failure_reason, null, "one who comes back");
  const { summary } = await served.stop();
  assert.equal(summary.counters.connections_refused, 1);
});
