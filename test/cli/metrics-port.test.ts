/** `--metrics-port`: what it serves, and that a port that cannot be had is one clear line. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { PortError, startMetricsServer } from "../../dist/cli/metrics-server.js";
import { createRecorder, mergeSnapshots } from "../../dist/measure/index.js";

test("it serves the run's metrics and the gauges of all threads, once the run has started", async (t) => {
  const server = await startMetricsServer("127.0.0.1", 0);
  t.after(() => server.end());
  const get = async (path: string): Promise<[number, string]> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, await response.text()];
  };
  assert.deepEqual(await get("/metrics"), [503, "the run has not started yet\n"]);
  assert.deepEqual(await get("/"), [404, "GET /metrics\n"]);

  const recorder = createRecorder({ thread: "a", originMs: 0 });
  recorder.count("timeouts", 2);
  const measurements = mergeSnapshots([recorder.take()], 1000);
  const gauges = [{ statuses: [{ agentType: "main" as const, status: "accepted" as const, value: 1 }], workers: [] }];
  server.serve({ measured: () => measurements, gauges: () => Promise.resolve([...gauges, ...gauges]) });
  const [status, text] = await get("/metrics?x");
  assert.equal(status, 200);
  assert.match(text, /^crowdstorm_timeouts_total 2$/m);
  assert.match(text, /^active_agent_statuses\{status="accepted",agent_type="main"\} 2$/m);

  server.serve({ measured: () => measurements, gauges: () => Promise.reject(new Error("gone")) });
  assert.deepEqual(await get("/metrics"), [500, "Error: gone\n"]);
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
  await assert.rejects(startMetricsServer("192.0.2.1", 0), /^PortError: cannot serve metrics on 192\.0\.2\.1:0: this machine has no such address$/);
});
