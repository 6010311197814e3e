/**
 * `simulate capacity` as a user runs it. A busy machine can fail a trial of any rate, so the result is compared with
 * what holds on every machine; the search itself is tested on given outcomes (test/unit/load/capacity).
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { bracketOf } from "../../../dist/load/capacity/index.js";
import { capacitySchema, readCapacity, readSummary } from "../../../dist/results/index.js";
import { ScriptedBackend } from "../../support/backend/scripted-backend.js";
import { onlyEntry, simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";
import { scenarioText } from "../../support/network/target-run.js";
import { serve } from "../../support/server/served.js";

const TINY = fileURLToPath(new URL("../../../test/data/capacity/tiny.yaml", import.meta.url));

test("a search that is interrupted says how to go on, and goes on without a trial twice", async (t) => {
  const results = temporaryDirectory(t);
  const first = start(["capacity", "--scenario", TINY, "--precision", "2", "--results", results]);
  // The heading, and the row of the first trial.
  await first.printed(/verdict\n.*\n/);
  first.child.kill("SIGINT");
  const { code, stdout } = await first.ended;
  assert.equal(code, 1, stdout);
  const directory = join(results, onlyEntry(results));
  assert.ok(stdout.includes(`Continue      simulate capacity --resume ${directory}\n`), stdout);
  const known = readCapacity(directory);
  assert.equal(known.end, "interrupted");
  assert.ok(existsSync(join(directory, "report.html")));

  for (const [wrong, message] of [
    [["--seed", "2"], /cannot resume: the search has the seed 1, not 2/],
    [["--scenario", "steady"], /cannot resume: the search has another scenario than steady/],
    [["--threads", "3"], /--threads cannot be combined with --resume/],
  ] as const) {
    const refused = await simulate("capacity", "--resume", directory, ...wrong);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, message);
  }

  const resumed = await simulate("capacity", "--resume", directory, "--scenario", TINY, "--seed", "1", "--json");
  const result = capacitySchema.parse(JSON.parse(resumed.stdout));
  assert.deepEqual(result, readCapacity(directory));
  assert.equal(resumed.code, result.exitCode);
  assert.ok(result.end === "found" || result.end === "none", result.end);
  assert.deepEqual(result.trials.slice(0, known.trials.length), known.trials);
  const { passes, fails } = bracketOf(result.trials);
  assert.deepEqual([result.capacity?.workers, result.fails?.workers], [passes, fails]);
  assert.ok((passes ?? 0) <= 24 && fails !== undefined && fails <= 40, JSON.stringify({ passes, fails }));
  assert.ok(result.limit !== null && result.limit.what !== "");
  for (const { run, workers, peakLiveUnits } of result.trials) {
    assert.ok(run !== null);
    const summary = readSummary(join(directory, run));
    assert.deepEqual([summary.plan.workers, summary.seed], [workers, "1"]);
    assert.ok((peakLiveUnits ?? 0) >= 1 && (peakLiveUnits ?? 0) <= workers);
  }
});

test("a machine that is busy before the first trial is warned of once, as a run warns", async (t) => {
  const spinning = cpus().map(() => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
  t.after(() => {
    for (const child of spinning) child.kill("SIGKILL");
  });
  await Promise.all(spinning.map((child) => once(child, "spawn")));
  const search = ["capacity", "--scenario", TINY, "--max-time", "1ms", "--results", temporaryDirectory(t)];
  const { stderr } = await simulate(...search);
  assert.equal(stderr.split("warning: the machine is busy: other programs use ").length, 2, stderr);
  const quiet = await simulate(...search, "--quiet");
  assert.ok(!quiet.stderr.includes("the machine is busy"), quiet.stderr);
});

test("the exit code is 99 when even the lowest rate fails", async (t) => {
  const results = temporaryDirectory(t);
  const scenario = join(results, "never.yaml");
  writeFileSync(scenario, readFileSync(TINY, "utf8").replace("count<25", "count<1"));
  const search = ["capacity", "--scenario", scenario, "--start-rate", "0.9", "--results", join(results, "runs")];
  const { code, stdout } = await simulate(...search);
  // 97: other tests kept the machine busy in most of the trials.
  assert.ok(code === 99 || code === 97, stdout);
  const first =
    code === 99
      ? /✗ tiny passes at no rate that was tried\n/
      : /\? tiny passes at no rate that was tried: other programs/;
  assert.match(stdout, first);
  assert.match(stdout, /Bottleneck at 1 arrivals a second\n/);
});

test("against a target the live units are those that clients see", async (t) => {
  const root = temporaryDirectory(t);
  const scenario = join(root, "outside.yaml");
  writeFileSync(scenario, scenarioText());
  const server = await serve(t, "--scenario", scenario, "--people", "100");
  const search = ["capacity", "--scenario", scenario, "--target", server.origin, "--threads", "1", "--max-time", "1ms"];
  const { code, stdout, stderr } = await simulate(...search, "--results", join(root, "results"), "--json");
  assert.equal(code, 1, stderr);
  const result = capacitySchema.parse(JSON.parse(stdout));
  assert.deepEqual([result.end, result.engine, result.trend], ["out-of-time", "network", "live_update_round_trip"]);
  const [trial] = result.trials;
  assert.ok(trial !== undefined && trial.p99 !== null && trial.peakLiveUnits !== null);
  assert.ok(trial.peakLiveUnits >= 1 && trial.peakLiveUnits <= 6);
});

test("with --listen a backend serves one trial after the other at the same address", async (t) => {
  const root = temporaryDirectory(t);
  const scenario = join(root, "listening.yaml");
  const text = scenarioText({ target: "{ dialect: chat }" });
  // Its second trial fails.
  writeFileSync(
    scenario,
    text.replace("{ live_update_round_trip", '{ workers_started: ["count<10"], live_update_round_trip'),
  );
  const search = start([
    ...["capacity", "--scenario", scenario, "--listen", "127.0.0.1:0", "--threads", "2", "--precision", "2"],
    ...["--results", join(root, "results")],
  ]);
  const [, url = ""] = await search.logged(/router: (http:\S+),/);
  const backend = new ScriptedBackend(url);
  t.after(() => backend.end());
  const { code, stdout, stderr } = await search.ended;
  const { trials, engine } = readCapacity(join(root, "results", onlyEntry(join(root, "results"))));
  assert.equal(engine, "network", stderr);
  assert.ok(trials.length >= 3, stdout);
  assert.ok(code === 0 || code === 97 || code === 99, stdout);
  assert.ok(backend.connections >= trials.length, `${backend.connections} connections, ${trials.length} trials`);
  assert.ok(trials.every(({ peakLiveUnits }) => (peakLiveUnits ?? 0) >= 1));
});

test("a trial that cannot run ends the search, and leaves no directory without a trial", async (t) => {
  const results = join(temporaryDirectory(t), "results");
  const search = ["capacity", "--scenario", "steady", "--results", results, "--target", "http://127.0.0.1:9"];
  const { code, stderr } = await simulate(...search);
  assert.equal(code, 1);
  assert.match(stderr, /^simulate: .*127\.0\.0\.1:9/m);
  assert.deepEqual(readdirSync(results), []);
});

for (const [args, message] of [
  [["--precision", "1"], /invalid value "1" for --precision: expected a ratio above 1, such as 1\.1 for 10 %/],
  [["--max-time", "5"], /invalid value "5" for --max-time: expected a duration above 0 with a unit/],
  [["--start-rate", "0"], /invalid value "0" for --start-rate: expected arrivals a second, a number above 0/],
  [["--start-rate", "9999999"], /invalid value "9999999" for --start-rate: expected at most 400000/],
  [["--metric", "errors"], /invalid value "errors" for --metric: expected "workers_started"/],
  [["--target", "http://127.0.0.1:9", "--metric", "live_update_latency"], /--metric: expected "workers_started"/],
] as const) {
  test(`wrong usage is refused before a trial: ${args.join(" ")}`, async (t) => {
    const results = temporaryDirectory(t);
    const { code, stderr } = await simulate("capacity", "--scenario", TINY, "--results", results, ...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.deepEqual(readdirSync(results), []);
  });
}
