/** `--metrics-port`: its content, and the message for a port that is not available. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Agent, createServer, get } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { PortError } from "../../../dist/cli/shared/usage-error.js";
import { startMetricsServer } from "../../../dist/cli/shared/metrics-server.js";
import { createRecorder } from "../../../dist/load/measure/index.js";
import { simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";
import { mergeSnapshots } from "../../support/measure/merge-snapshots.js";

const portOf = ({ url }: { readonly url: string }): number => Number(new URL(url).port);

test("it serves the run's metrics and the gauges of all threads, once the run has started", async (t) => {
  const server = await startMetricsServer("127.0.0.1", 0);
  t.after(() => server.end());
  const get = async (path: string): Promise<[number, string]> => {
    const response = await fetch(`http://127.0.0.1:${portOf(server)}${path}`);
    return [response.status, await response.text()];
  };
  assert.deepEqual(await get("/metrics"), [503, "the run has not started yet\n"]);
  assert.deepEqual(await get("/"), [404, "GET /metrics\n"]);

  const recorder = createRecorder({ thread: "a", originMs: 0 });
  recorder.count("timeouts", 2);
  const measurements = mergeSnapshots([recorder.take()], 1000);
  const gauges = [{ statuses: [{ agentType: "main" as const, status: "accepted" as const, value: 1 }], workers: [] }];
  server.serve({ measured: () => measurements, gauges: () => Promise.resolve([...gauges, ...gauges]), from: "inside" });
  const [status, text] = await get("/metrics?x");
  assert.equal(status, 200);
  assert.match(text, /^crowdstorm_timeouts_total 2$/m);
  assert.match(text, /^active_agent_statuses\{status="accepted",agent_type="main"\} 2$/m);

  server.serve({ measured: () => measurements, gauges: () => Promise.reject(new Error("gone")), from: "inside" });
  assert.deepEqual(await get("/metrics"), [500, "Error: gone\n"]);
});

test("it answers addresses and the name that it is served by, and no name of another site", async (t) => {
  const server = await startMetricsServer("127.0.0.1", 0);
  t.after(() => server.end());
  const status = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get({ port: portOf(server), host: "127.0.0.1", path: "/metrics", headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).once("error", reject);
    });
  for (const host of [
    "127.0.0.1",
    `127.0.0.1:${portOf(server)}`,
    "localhost:1",
    "LOCALHOST",
    "[::1]:80",
    "192.0.2.1:9",
  ])
    assert.equal(await status(host), 503, host);
  for (const host of [
    "elsewhere.example",
    "elsewhere.example:80",
    "localhost.example",
    "127.0.0.1.example",
    "a@localhost",
    "[::1",
    " ",
  ])
    assert.equal(await status(host), 403, host);
});

test("it reads no more than 8 KiB of headers, and answers GET alone", async (t) => {
  const server = await startMetricsServer("127.0.0.1", 0);
  t.after(() => server.end());
  assert.equal((await fetch(server.url, { headers: { long: "x".repeat(9000) } })).status, 431);
  assert.equal((await fetch(server.url, { method: "POST", body: "x" })).status, 405);
});

test("at the end what was asked is answered, and the port is free", async () => {
  const server = await startMetricsServer("127.0.0.1", 0);
  const measurements = mergeSnapshots([], 1000);
  let answer: (gauges: []) => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    server.serve({
      measured: () => measurements,
      gauges() {
        resolve();
        return new Promise((whenAnswered) => (answer = whenAnswered));
      },
      from: "inside",
    });
  });
  const inFlight = fetch(server.url);
  await asked;
  const ended = server.end();
  answer([]);
  const response = await inFlight;
  assert.equal(response.status, 200);
  assert.match(await response.text(), /^crowdstorm_timeouts_total 0$/m);
  await ended;
  await assert.rejects(fetch(server.url));
  const next = await startMetricsServer("127.0.0.1", portOf(server));
  await next.end();
});

test("who keeps a connection, or never asks, does not keep the server", async () => {
  const server = await startMetricsServer("127.0.0.1", 0);
  const socket = connect(portOf(server), "127.0.0.1");
  await once(socket, "connect");
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve, reject) => {
    get(server.url, { agent }, (response) => response.resume().once("end", resolve)).once("error", reject);
  });
  const gone = once(socket, "close");
  await server.end();
  await gone;
  agent.destroy();
});

test("a run serves its metrics until it ends, and gives the port back", async (t) => {
  const { child, ended } = start([
    "-s",
    "steady",
    "--workers",
    "60",
    "--duration",
    "2s",
    "--results",
    temporaryDirectory(t),
    "--metrics-port",
    "0",
  ]);
  const url = await new Promise<string>((resolve) => {
    let said = "";
    child.stderr?.on("data", (text: Buffer) => {
      said += text.toString();
      const found = /^metrics: (\S+)\n/m.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  let sent = 0;
  let scrapes = 0;
  for (;;) {
    const text = await fetch(url)
      .then((response) => (response.status === 200 ? response.text() : undefined))
      .catch(() => "");
    if (text === "") break;
    if (text === undefined) continue;
    scrapes++;
    sent = Math.max(sent, Number(/^crowdstorm_live_updates_sent_total (\d+)$/m.exec(text)?.[1]));
  }
  const { code, stderr } = await ended;
  assert.ok(code === 0 || code === 97 || code === 99, stderr);
  assert.ok(scrapes > 0 && sent > 0, `${scrapes} scrapes, ${sent} sent`);
  const next = await startMetricsServer("127.0.0.1", Number(new URL(url).port));
  await next.end();
});

test("a run whose port is in use is not made: one line, exit 1", async (t) => {
  const other = await startMetricsServer("127.0.0.1", 0);
  t.after(() => other.end());
  const results = join(temporaryDirectory(t), "results");
  const { code, stdout, stderr } = await simulate(
    "-s",
    "steady",
    "--workers",
    "20",
    "--duration",
    "1s",
    "--results",
    results,
    "--quiet",
    "--metrics-port",
    String(portOf(other)),
  );
  assert.deepEqual(
    [code, stdout, stderr],
    [1, "", `simulate: cannot serve metrics on 127.0.0.1:${portOf(other)}: it is in use\n`],
  );
  assert.equal(existsSync(results), false);
});

test("a target is not asked for a run whose port is in use", async (t) => {
  const other = await startMetricsServer("127.0.0.1", 0);
  t.after(() => other.end());
  let requests = 0;
  const target = createServer((_request, response) => {
    requests++;
    response.end();
  }).listen(0, "127.0.0.1");
  t.after(() => target.close());
  await once(target, "listening");
  const { port } = target.address() as AddressInfo;
  const { code, stderr } = await simulate(
    ...["steady", "--target", `http://127.0.0.1:${port}`, "--metrics-port", "0", "--dashboard", String(portOf(other))],
    ...["--results", temporaryDirectory(t), "--quiet"],
  );
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^simulate: cannot serve the dashboard on port \d+: it is in use[^\n]*\n$/);
  assert.equal(requests, 0);
});

test("an address of IPv6 is written as URLs have it", async (t) => {
  let server;
  try {
    server = await startMetricsServer("::1", 0);
  } catch (error) {
    assert.ok(error instanceof PortError);
    t.skip("this machine has no IPv6");
    return;
  }
  t.after(() => server.end());
  assert.equal((await fetch(server.url)).status, 503);
});

test("a port in use, or an address that is not this machine's, is said in one line", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const address = other.address();
  assert.ok(typeof address === "object" && address !== null);
  await assert.rejects(startMetricsServer("127.0.0.1", address.port), (error) => {
    assert.ok(error instanceof PortError);
    assert.equal(error.message, `cannot serve metrics on 127.0.0.1:${address.port}: it is in use`);
    return true;
  });
  await assert.rejects(
    startMetricsServer("192.0.2.1", 0),
    /^PortError: cannot serve metrics on 192\.0\.2\.1:0: this machine has no such address$/,
  );
});
