/** `runScenario` over a network: against a target, and as the router of a backend. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { defineScenario, type ScenarioInput } from "../../../dist/load/scenario/index.js";
import { TargetAddressError, TargetError } from "../../../dist/load/network/index.js";
import { runScenario, type RunScenarioOptions } from "../../../dist/index.js";
import { ScriptedBackend } from "../../support/backend/scripted-backend.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { assertGeneratorCpu } from "../../support/network/generator-cpu.js";
import { serveTask } from "../../support/network/task-server.js";

const few = (more: Partial<ScenarioInput> = {}): ScenarioInput =>
  defineScenario({
    name: "few",
    description: "a few workers",
    incident: "none",
    arrivals: { stages: [{ duration: "500ms", target: 16 }] },
    task: { blueprint: "chat", liveUpdateTimeout: "3s", submissionTimeout: "3s" },
    behaviours: { all: { weight: 1, actions: 2, thinkTime: "50ms" } },
    drainTimeout: "10s",
    ...more,
  });

const resultsIn = (t: TestContext): string => join(temporaryDirectory(t), "results");

test("a target is loaded, and checked against its database", async (t) => {
  const database = join(temporaryDirectory(t), "database.db");
  const server = await serveTask({ database });
  t.after(() => server.close());
  const results = resultsIn(t);
  const { summary } = await runScenario(few(), { target: server.url, database, threads: 1, results });
  assert.deepEqual(summary.target, {
    mode: "client",
    url: server.url,
    dialect: "chat",
    client: "direct",
    database: true,
  });
  assert.deepEqual(summary.outcomes.agents, { completed: 4 });
  assertGeneratorCpu(summary, ["client-0", "coordinator"]);
  assert.match(summary.reproduce, new RegExp(`--threads 1 --target ${server.url} --database ${database}`));
});

test("a backend connects to the router of the run", async (t) => {
  let backend: ScriptedBackend | undefined;
  t.after(() => backend?.end());
  const { summary } = await runScenario(few(), {
    listen: "127.0.0.1:0",
    threads: 2,
    backendTimeoutMs: 10_000,
    onListening: (url) => (backend = new ScriptedBackend(url)),
    results: resultsIn(t),
  });
  assert.equal(summary.target?.mode, "router");
  assertGeneratorCpu(summary, ["client-0", "router", "coordinator"]);
  assert.deepEqual(summary.outcomes.agents, { submitted: 4 });
  assert.deepEqual(backend?.statuses(), Array(4).fill("completed"));
});

test("what cannot be combined, and a target that is not there, is refused before anything is written", async (t) => {
  const results = resultsIn(t);
  const target = "http://127.0.0.1:9";
  const refused: readonly (readonly [RunScenarioOptions, ScenarioInput, RegExp | ((error: unknown) => boolean)])[] = [
    [{ target, listen: "3000" }, few(), /^TypeError: target cannot be combined with listen/],
    [{ target, engine: "virtual" }, few(), /^TypeError: engine is for a platform in this process/],
    [{ database: "x.db" }, few(), /^TypeError: database requires target or listen/],
    [{ listen: "nowhere" }, few(), /^RangeError: listen must be HOST:PORT such as 127\.0\.0\.1:3000, not "nowhere"/],
    [{ listen: "0.0.0.0:3000" }, few(), /^RangeError: listen "0\.0\.0\.0:3000" lets other machines connect/],
    [{ listen: "3000", backendTimeoutMs: 0 }, few(), /^RangeError: backendTimeoutMs must be/],
    [{ target }, few({ shutdownAt: "1s" }), /few has shutdownAt, .*: run it without --target/],
    [{}, few({ target: { required: true } }), /few is for runs over a network/],
    [{ target: "http://192.0.2.1:3000" }, few(), (error) => error instanceof TargetAddressError],
    [{ target }, few(), (error) => error instanceof TargetError],
  ];
  for (const [options, scenario, error] of refused)
    await assert.rejects(runScenario(scenario, { ...options, results }), error);
  assert.ok(!existsSync(results));
});
