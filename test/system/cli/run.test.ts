import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { buildPlan, loadScenario } from "../../../dist/load/scenario/index.js";
import { onlySummary, simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";

/**
 * A run on a busy machine can be inconclusive or fail a threshold. It must not break an invariant or end with an error.
 */
const PASSED_OR_SLOW = [0, 97, 99];

test("a short run of the main scenario: invariants hold, and all files are written", async (t) => {
  const results = temporaryDirectory(t);
  const { code, stdout } = await simulate(
    "-s",
    "disconnect-storm",
    "--workers",
    "120",
    "--duration",
    "2s",
    "--results",
    results,
  );
  assert.ok(PASSED_OR_SLOW.includes(code ?? -1), `exit ${code}\n${stdout}`);
  const summary = onlySummary(results);
  assert.equal(summary.end.how, "finished");
  assert.equal(summary.counters["workers_started"], 120);
  for (const { id, held, checked } of summary.invariants) {
    assert.ok(held, id);
    if (id !== "no-early-timeout") assert.ok(checked > 0, `${id} had nothing to check`);
  }
  for (const [name, { count }] of Object.entries(summary.trends)) assert.ok(count > 0, `${name} has no samples`);
  assert.deepEqual(summary.gauges, { agents_waiting: 0, agents_live: 0 });
  const { live_updates_sent: sent, live_updates_taken: taken, live_updates_accounted: accounted } = summary.counters;
  assert.ok(sent !== undefined && taken !== undefined && accounted !== undefined);
  assert.ok(sent > 120);
  assert.equal(sent, taken + accounted);
  assert.match(stdout, /Same plan again +simulate --scenario disconnect-storm --workers 120 --duration 2s --seed 1\n/);
  const run = readdirSync(results)[0] ?? "";
  assert.deepEqual(readdirSync(join(results, run)).sort(), [
    "acknowledgements.log",
    "latency.hlog",
    "order",
    "report.html",
    "report.json",
    "run.db",
    "run.json",
    "scenario.yaml",
    "summary.json",
  ]);
});

/** One of the cores that this process may use. Undefined where the system does not tell. */
function allowedCore(): string | undefined {
  if (process.platform !== "linux") return undefined;
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
}

const core = allowedCore();

test("the environment has the cores that the run may use", { skip: core === undefined }, async (t) => {
  const results = temporaryDirectory(t);
  const args = ["-s", "steady", "--workers", "5", "--duration", "1s", "--virtual", "--results", results];
  const { code, stderr } = await start(args, { within: ["taskset", "--cpu-list", core ?? ""] }).ended;
  assert.equal(code, 0, stderr);
  assert.equal(onlySummary(results).environment.cores, 1);
});

test("the plan is the same whatever the number of threads", async (t) => {
  const [two, five] = [temporaryDirectory(t), temporaryDirectory(t)];
  const args = ["-s", "steady", "--workers", "40", "--duration", "1s", "--seed", "9", "--quiet"];
  const first = await simulate(...args, "--threads", "2", "--results", two);
  const second = await simulate(...args, "--threads", "5", "--results", five);
  for (const { code, stderr } of [first, second]) assert.ok(PASSED_OR_SLOW.includes(code ?? -1), stderr);
  const [a, b] = [onlySummary(two), onlySummary(five)];
  assert.equal(a.plan.hash, b.plan.hash);
  assert.equal(a.counters["live_updates_sent"], b.counters["live_updates_sent"]);
  assert.deepEqual(a.outcomes, b.outcomes);
});

test("exactly the workers who are not qualified are refused, on real threads and under simulated time", async (t) => {
  const { scenario } = loadScenario("onboarding-rush");
  const plan = buildPlan(scenario, { workers: 80 });
  const held = Array.from({ length: plan.workers }, (_, index) => plan.worker(index).qualifications ?? {});
  const unfit = held.filter(
    ({ "language-test": language = 0, blocked }) => language < 50 || blocked !== undefined,
  ).length;
  assert.ok(unfit > 0);
  for (const engine of [[], ["--virtual"]]) {
    const results = temporaryDirectory(t);
    const { code, stderr } = await simulate(
      "-s",
      "onboarding-rush",
      "--workers",
      "80",
      "--quiet",
      "--results",
      results,
      ...engine,
    );
    assert.ok(PASSED_OR_SLOW.includes(code ?? -1), stderr);
    const { counters, outcomes } = onlySummary(results);
    const onboarded = Object.values(outcomes.onboardingAgents).reduce((sum, n) => sum + n, 0);
    assert.deepEqual([counters["not_qualified"], onboarded], [unfit, plan.workers - unfit]);
  }
});

test("a threshold that aborts ends the run early on both engines, with complete results and exit 99", async (t) => {
  const root = temporaryDirectory(t);
  const path = join(root, "aborts.yaml");
  const { text } = loadScenario("steady");
  assert.ok(text.includes("\nthresholds:"));
  writeFileSync(
    path,
    text.replace(
      /\nthresholds:[^]*?\n\n/,
      '\nthresholds:\n  workers_started: [{ threshold: "count<5", abortOnFail: true, delayAbortEval: 700ms }]\n\n',
    ),
  );
  for (const engine of [[], ["--virtual"]]) {
    const results = join(root, `results${engine.join("")}`);
    const { code, stdout, stderr } = await simulate(
      "-s",
      path,
      "--workers",
      "200",
      "--duration",
      "10s",
      "--results",
      results,
      ...engine,
    );
    const summary = onlySummary(results);
    // On a busy machine no threshold is judged.
    assert.equal(code, summary.verdict.thresholdsJudged ? 99 : 97, stdout + stderr);
    assert.match(
      stdout.replaceAll(/\n +/g, " "),
      /the run was aborted: threshold workers_started count<5 failed after \d+\.\d s: observed \d+ /,
    );
    assert.equal(summary.end.how, "aborted");
    for (const { id, held, violations } of summary.invariants) assert.ok(held, `${id}: ${JSON.stringify(violations)}`);
    const { workers_started: started = 0, workers_cut_off: cutOff = 0 } = summary.counters;
    assert.ok(started < 200 && cutOff > 0, `${started} started, ${cutOff} cut off`);
    const [run = ""] = readdirSync(results);
    for (const file of ["summary.json", "report.html", "report.json", "latency.hlog", "run.db"])
      assert.ok(existsSync(join(results, run, file)), file);
    const replayed = await simulate("replay", join(results, run));
    assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
  }
});

test("under overload every agent ends, no invariant breaks, and the run reports the overload", async (t) => {
  const results = temporaryDirectory(t);
  const { code, stdout, stderr } = await simulate(
    "-s",
    "disconnect-storm",
    "--workers",
    "3000",
    "--duration",
    "500ms",
    "--threads",
    "2",
    "--results",
    results,
  );
  const summary = onlySummary(results);
  for (const { id, held, violations } of summary.invariants) assert.ok(held, `${id}: ${JSON.stringify(violations)}`);
  assert.equal(summary.end.how, "finished", stdout + stderr);
  assert.equal(summary.counters["workers_started"], 3000);
  // The delay of the generator depends on the machine; the verdict must report it.
  const { schedule, thresholds, verdict } = summary;
  const passed = schedule.kept && thresholds.every((threshold) => threshold.passed);
  assert.equal(code, passed ? 0 : verdict.thresholdsJudged ? 99 : 97);
  if (!schedule.kept) {
    assert.equal(code, 97);
    const text = stdout.replaceAll(/\n +/g, " ");
    assert.match(text, /the load was not generated on time: actions ran [\d,.]+ ms late \(p99; allowed: 100 ms\)/);
  }
});

test("an interrupt ends the run early; the invariants hold and the results are written", async (t) => {
  const results = temporaryDirectory(t);
  const { child, ended } = start(["-s", "steady", "--workers", "400", "--duration", "20s", "--results", results]);
  // The first line is printed before the engine is loaded; the next one is the progress of the run.
  let shown = "";
  await new Promise<void>((resolve) =>
    child.stderr?.on("data", (text: Buffer) => {
      shown += text.toString();
      if (shown.split("\n").length > 2) resolve();
    }),
  );
  child.kill("SIGINT");
  const { code, stdout } = await ended;
  assert.equal(code, 1, stdout);
  const summary = onlySummary(results);
  assert.equal(summary.end.how, "interrupted");
  for (const { id, held, violations } of summary.invariants) assert.ok(held, `${id}: ${JSON.stringify(violations)}`);
  assert.equal(summary.verdict.passed, false);
});
