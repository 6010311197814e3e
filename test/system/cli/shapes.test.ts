/** Closed models and groups, on every engine, and the commands that work with their runs. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { stringify } from "yaml";
import { shrinkScenario } from "../../../dist/load/run/index.js";
import { readReportData, type Summary } from "../../../dist/results/index.js";
import { parseScenario, type Scenario, type ScenarioInput } from "../../../dist/load/scenario/index.js";
import { onlyEntry, onlySummary, simulate, temporaryDirectory } from "../../support/cli/simulate.js";
import { runAgainst, scenarioText } from "../../support/network/target-run.js";
import { serveTask } from "../../support/network/task-server.js";
import { BEHAVIOURS, withArrivals, withGroups } from "../../support/scenario/shapes.js";

const CLOSED = withArrivals({ executor: "constant-workers", workers: 10, duration: "2s" });
const GROUPS = withGroups({
  regulars: {
    arrivals: {
      executor: "ramping-workers",
      stages: [
        { duration: "1s", target: 8 },
        { duration: "1s", target: 4 },
      ],
    },
    behaviours: BEHAVIOURS,
  },
  newcomers: {
    startTime: "500ms",
    arrivals: { startRate: 20, stages: [{ duration: "1s", target: 20 }] },
    behaviours: BEHAVIOURS,
  },
});

function fileOf(directory: string, scenario: ScenarioInput): string {
  const file = join(directory, "shape.yaml");
  writeFileSync(file, stringify(scenario));
  return file;
}

/** A run by the command: its summary, and its directory. */
async function runOf(t: { after(fn: () => void): void }, scenario: ScenarioInput, ...args: string[]) {
  const root = temporaryDirectory(t);
  const results = join(root, "results");
  const ended = await simulate("-s", fileOf(root, scenario), "--results", results, ...args);
  return { ...ended, root, directory: join(results, onlyEntry(results)), summary: onlySummary(results) };
}

/** What a busy machine does to a run is no matter here. */
const reasonsOf = ({ verdict }: Summary): string[] =>
  verdict.reasons
    .filter(({ code }) => !["load-late", "machine-busy", "threshold-not-judged"].includes(code))
    .map(({ text }) => text);

const NOTE = /! closed model, (\d+) workers at once: ([\d.]+) workers a second arrived\./;

for (const [what, scenario, atOnce] of [
  ["a closed model", CLOSED, 10],
  ["groups", GROUPS, 8],
] as const) {
  describe(what, { concurrency: 2 }, () => {
    test("a simulated run is the same for its seed, replayed, and traced", async (t) => {
      const [a, b, c] = await Promise.all(
        ["5", "5", "6"].map((seed) => runOf(t, scenario, "--virtual", "--seed", seed)),
      );
      assert.ok(a !== undefined && b !== undefined && c !== undefined);
      assert.equal(a.code, 0, a.stdout + a.stderr);
      assert.equal(a.summary.traceHash, b.summary.traceHash);
      assert.notEqual(a.summary.traceHash, c.summary.traceHash);
      assert.deepEqual(a.summary.counters, b.summary.counters);
      const { counters, plan, arrivalRate } = a.summary;
      assert.equal(plan.closed?.atOnce, atOnce);
      assert.equal(counters["workers_finished"], counters["workers_started"]);
      assert.ok((counters["workers_started"] ?? 0) > atOnce && (counters["workers_started"] ?? 0) < plan.workers);
      // Of groups only the regulars are kept.
      const kept = plan.closed.behaviours ?? [];
      const begun = (a.summary.tagged?.behaviours ?? [])
        .filter(({ behaviour }) => kept.includes(behaviour))
        .reduce((sum, tagged) => sum + (tagged.counters["workers_started"] ?? 0), 0);
      assert.equal(arrivalRate, begun / 2);
      assert.equal(begun < (counters["workers_started"] ?? 0), what === "groups");
      const [, named, rate] = NOTE.exec(a.stdout.replaceAll(/\n\s+/g, " ")) ?? [];
      assert.deepEqual([named, Number(rate)], [String(atOnce), arrivalRate]);
      const replayed = await simulate("replay", a.directory);
      assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
      const traced = await simulate("trace", a.directory);
      assert.equal(traced.code, 0, traced.stderr);
      assert.match(traced.stdout, /register_agent/);
    });

    test("a run on real threads, and its pictures", async (t) => {
      const { summary, directory, stdout, stderr } = await runOf(t, scenario, "--threads", "4");
      assert.deepEqual(reasonsOf(summary), [], stdout + stderr);
      const { counters, plan } = summary;
      assert.equal(counters["workers_finished"], counters["workers_started"]);
      assert.equal(counters["workers_missing"], 0);
      assert.ok((counters["workers_started"] ?? 0) >= atOnce && (counters["workers_started"] ?? 0) < plan.workers);
      const { phases } = readReportData(directory);
      assert.ok(
        phases.some(({ kind, label }) => kind === "arrivals" && label.includes(`${atOnce} workers at once`)),
        JSON.stringify(phases),
      );
      assert.match(readFileSync(join(directory, "report.html"), "utf8"), /coordinated omission/);
    });

    test("a sweep of seeds with drawn faults breaks no invariant", async (t) => {
      const root = temporaryDirectory(t);
      const swept = await simulate(
        "sweep",
        "-s",
        fileOf(root, scenario),
        "--seeds",
        "1..6",
        "--faults",
        "--threads",
        "1",
      );
      assert.equal(swept.code, 0, swept.stdout + swept.stderr);
    });

    test("the plan, the size and the first line say that a number is kept", async (t) => {
      const file = fileOf(temporaryDirectory(t), scenario);
      const [validated, planned] = await Promise.all([simulate("validate", file), simulate("plan", "-s", file)]);
      assert.match(validated.stdout, new RegExp(`${atOnce} (workers )?at once in 2s`));
      assert.match(planned.stdout, new RegExp(`${atOnce} (workers )?at once in 2s\n`));
      assert.match(planned.stdout, /\nsequence of \d+ workers: when one ends, the next begins\n/);
      assert.match(planned.stdout, /\n +in turn {2}worker \d+ \((regulars\/)?(typing|dropping)\)/);
    });

    test("a search for the arrival rate is refused", async (t) => {
      const root = temporaryDirectory(t);
      const { code, stderr } = await simulate("capacity", "-s", fileOf(root, scenario), "--results", root);
      assert.equal(code, 2);
      assert.equal(
        stderr.trim().split("\n").at(-1),
        "simulate: shape keeps a number of workers, so it has no arrival rate that could be searched: let all workers arrive at a rate",
      );
    });
  });
}

test("over a network, the clients keep the number", async (t) => {
  const server = await serveTask({});
  t.after(() => server.close());
  const text = scenarioText().replace(
    /^arrivals: .*$/m,
    "arrivals: { executor: constant-workers, workers: 5, duration: 1s }",
  );
  const { summary, stdout, stderr } = await runAgainst(t, server.url, text);
  assert.ok(summary !== undefined, stderr);
  assert.deepEqual(reasonsOf(summary), [], stdout);
  const { counters, plan } = summary;
  assert.equal(plan.closed?.atOnce, 5);
  assert.ok((counters["workers_started"] ?? 0) >= 5, stdout);
  assert.equal(counters["workers_finished"], counters["workers_started"]);
  assert.match(stdout, NOTE);
});

test("a sequence that ends before its time fails the run, and the reason names the field", async (t) => {
  const short = withArrivals({ executor: "constant-workers", workers: 4, duration: "3s", maxWorkers: 6 });
  const { code, summary } = await runOf(t, short, "--virtual");
  assert.equal(code, 99);
  assert.deepEqual(reasonsOf(summary), [
    "the load was not generated: the number of workers was not kept: all 6 workers of the plan began before its end; " +
      "they stayed for a shorter time than planned; a greater maxWorkers in arrivals plans more of them",
  ]);
});

test("a closed model whose client thread is killed is not kept", async (t) => {
  const faults: ScenarioInput["faults"] = [{ kind: "kill-thread", window: ["1s", "1s"], thread: "client" }];
  const { code, summary } = await runOf(t, { ...CLOSED, faults }, "--virtual");
  assert.equal(code, 99);
  assert.match(reasonsOf(summary).join("\n"), /workers had not finished when their client thread was killed/);
});

test("simulate serve has the task of a closed model, but not its workers", async (t) => {
  const file = fileOf(temporaryDirectory(t), CLOSED);
  const { code, stderr } = await simulate("serve", "-s", file, "--workers", "3", "--port", "0");
  assert.equal(code, 2);
  assert.match(stderr, /shape keeps a number of workers, which is not possible beside people/);
});

test("a run that fails is shrunk from the workers that began, with the times at which they did", () => {
  const text = stringify(CLOSED);
  const request = { scenario: parseScenario(text, "test"), planOptions: { seed: 3 }, mailbox: "sound" } as const;
  const failure = { what: "made up", violations: 1, first: { what: "made up", detail: "" } };
  const tried: Scenario[] = [];
  const shrunk = shrinkScenario({
    ...{ text, path: "shape.yaml", request, failure, bounds: { tries: 200 } },
    run(candidate) {
      tried.push(candidate.scenario);
      return { seed: 3, failures: [failure], events: 0, hash: "", simulatedMs: 0, reached: [] };
    },
  });
  const begun = tried[0]?.workers?.map(({ arriveAt }) => arriveAt) ?? [];
  assert.deepEqual(
    begun.filter((at) => at === 0),
    Array.from({ length: 10 }, () => 0),
  );
  assert.ok(begun.length > 10 && begun.every((at) => at < 2000), `${begun.length} workers`);
  assert.equal(parseScenario(shrunk?.text ?? "", "test").workers?.length, 1);
});
