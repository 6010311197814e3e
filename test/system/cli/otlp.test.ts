/** `--out otlp=URL`: what a collector gets; and one that is absent, never answers, or refuses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { onlySummary, simulate, temporaryDirectory, type Ended } from "../../support/cli/simulate.js";
import { serveTask } from "../../support/network/task-server.js";
import { startReceiver, type Answer, type Received, type ReceivedSpan } from "../../support/outputs/otlp-receiver.js";

const SMALL = ["-s", "steady", "--workers", "20", "--duration", "1s"];
const CUMULATIVE = 2;

/** 97 and 99 are of a busy machine. */
function ran({ code, stderr }: Ended): void {
  assert.ok([0, 97, 99].includes(code ?? -1), `exit ${code}: ${stderr}`);
}

/** The last of the metrics, by name. */
function lastMetrics(received: readonly Received[]) {
  const last = received.filter(({ path }) => path === "/v1/metrics").at(-1);
  assert.ok(last !== undefined, "there are metrics");
  return { resource: last.resource, metrics: new Map(last.metrics.map((metric) => [metric.name, metric])) };
}

for (const [engine, options] of [
  ["virtual", ["--virtual"]],
  ["threads", ["--threads", "2"]],
] as const) {
  test(`a collector has the figures of the summary, and the slowest agents as traces (${engine})`, async (t) => {
    const receiver = await startReceiver();
    t.after(() => receiver.close());
    const results = temporaryDirectory(t);
    ran(await simulate(...SMALL, ...options, "--results", results, "--out", `otlp=${receiver.url}`));
    const summary = onlySummary(results);
    const { resource, metrics } = lastMetrics(receiver.received);
    assert.equal(resource["service.name"], "crowdstorm");
    assert.equal(resource["service.instance.id"], summary.runId);
    assert.equal(resource["crowdstorm.engine"], engine);

    for (const [name, count] of Object.entries(summary.counters)) {
      const sum = metrics.get(`crowdstorm.${name}`)?.sum;
      assert.deepEqual([sum?.isMonotonic, sum?.aggregationTemporality], [true, CUMULATIVE], name);
      assert.equal(sum?.dataPoints[0]?.asDouble ?? 0, count, name);
    }
    for (const [name, trend] of Object.entries(summary.trends)) {
      const metric = metrics.get(`crowdstorm.${name}`);
      const point = metric?.histogram?.dataPoints[0];
      assert.ok(point !== undefined, name);
      assert.equal(metric?.unit, "s");
      assert.equal(point.count, trend.count, name);
      assert.equal(point.bucketCounts.length, point.explicitBounds.length + 1);
      assert.equal(
        point.bucketCounts.reduce((all, n) => all + n, 0),
        trend.count,
      );
      if (trend.max !== null) assert.ok(Math.abs((point.max ?? 0) * 1000 - trend.max) < 1e-6, name);
    }
    assert.equal(metrics.get("crowdstorm.task_completion.observations")?.sum?.dataPoints[0]?.asDouble, 20);

    const [trace] = receiver.received.filter(({ path }) => path === "/v1/traces");
    assert.ok(trace !== undefined);
    const agents = trace.spans.filter(({ parentSpanId = "" }) => parentSpanId === "");
    assert.ok(agents.length > 0 && agents.every(({ name }) => name.startsWith("agent ")));
    for (const agent of agents) {
      const parts: ReceivedSpan[] = trace.spans.filter(({ parentSpanId }) => parentSpanId === agent.spanId);
      assert.ok(parts.some(({ name }) => name === "slowest live update"));
      assert.ok(parts.length >= 2, "a status and an update");
      for (const part of parts) {
        assert.equal(part.traceId, agent.traceId);
        assert.ok(BigInt(part.startTimeUnixNano) <= BigInt(part.endTimeUnixNano));
        assert.ok(BigInt(part.endTimeUnixNano) <= BigInt(agent.endTimeUnixNano));
      }
    }
    const [output] = summary.outputs ?? [];
    assert.deepEqual(output, {
      ...{ kind: "otlp", to: receiver.url, unit: "exports" },
      ...{ delivered: receiver.received.length, dropped: 0, problem: null },
    });
  });
}

test("of a run over a network, a collector has what its clients measure", async (t) => {
  const [server, receiver] = [await serveTask(), await startReceiver()];
  t.after(() => Promise.all([server.close(), receiver.close()]));
  const results = temporaryDirectory(t);
  ran(await simulate(...SMALL, "--target", server.url, "--results", results, "--out", `otlp=${receiver.url}`));
  const { counters, trends } = onlySummary(results);
  const { metrics } = lastMetrics(receiver.received);
  assert.deepEqual(
    [...metrics.keys()].filter((name) => name.startsWith("crowdstorm.stage_")),
    [],
  );
  assert.equal(
    metrics.get("crowdstorm.live_update_round_trip")?.histogram?.dataPoints[0]?.count,
    trends["live_update_round_trip"]?.count,
  );
  assert.equal(
    metrics.get("crowdstorm.live_updates_sent")?.sum?.dataPoints[0]?.asDouble,
    counters["live_updates_sent"],
  );
});

const unhelpful: readonly (readonly [what: string, answer: Answer | "absent", problem: RegExp])[] = [
  ["is absent", "absent", /^connection refused$/],
  ["never answers", "never", /^(no answer within 3 s|Request timed out)$/],
  ["refuses", 400, /^HTTP 400: /],
];

for (const [what, answer, problem] of unhelpful) {
  test(`a collector that ${what} is reported, and changes neither the verdict nor the exit code`, async (t) => {
    const receiver = await startReceiver(answer === "absent" ? 200 : answer);
    if (answer === "absent") await receiver.close();
    else t.after(() => receiver.close());
    const results = join(temporaryDirectory(t), "results");
    const { code, stdout } = await simulate(
      ...SMALL,
      "--virtual",
      "--results",
      results,
      "--out",
      `otlp=${receiver.url}`,
    );
    assert.equal(code, 0);
    const { verdict, outputs } = onlySummary(results);
    assert.equal(verdict.outcome, "passed");
    const [output] = outputs ?? [];
    assert.ok(output !== undefined);
    assert.equal(output.delivered, 0);
    assert.ok(output.dropped >= 2, "metrics and traces");
    assert.match(output.problem ?? "", problem);
    assert.match(stdout, /✗ --out otlp=http:\S+: 0 exports, \d+ missing: /);
    if (answer !== "absent") assert.ok(receiver.requests() > 0);
  });
}

for (const url of [
  "127.0.0.1:4318",
  "ftp://127.0.0.1",
  "nonsense",
  "http://a:secret@127.0.0.1:1",
  "http://127.0.0.1:1?a=b",
]) {
  test(`the URL ${url} is refused in one line, without its password`, async (t) => {
    const results = join(temporaryDirectory(t), "results");
    const { code, stdout, stderr } = await simulate(...SMALL, "--results", results, "--out", `otlp=${url}`);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /^simulate: .*--out.*\n$/);
    assert.doesNotMatch(stderr, /secret/);
    assert.equal(stdout, "");
  });
}
