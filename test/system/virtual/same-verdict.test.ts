/** A seed that fails alone, or of which a threshold is not judged, has the same verdict in a sweep and in a search. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { onlySummary, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const BASE = `name: mine
description: one line
incident: none
arrivals: { startRate: 6, stages: [{ duration: 1s, target: 6 }] }
task: { blueprint: chat, liveUpdateTimeout: 60s, submissionTimeout: 60s }
behaviours:
  quick: { weight: 1, actions: 2, thinkTime: 200ms }
thresholds: { live_update_latency: ["p(99)<500"] }
drainTimeout: 10s
`;

interface Trial {
  readonly outcome: string;
  readonly reasons: readonly string[];
}

interface Missing {
  readonly seed: number;
  readonly thresholds: readonly { readonly metric: string }[];
  readonly reasons?: readonly string[];
}

function written(t: TestContext, text: string) {
  const directory = temporaryDirectory(t);
  const file = join(directory, "mine.yaml");
  writeFileSync(file, text);
  /** The reasons of the first seed alone, and its exit code. */
  const alone = async (...more: readonly string[]) => {
    const results = join(directory, "alone");
    const { code } = await simulate(file, "--virtual", "--workers", "6", "--seed", "1", "--results", results, ...more);
    return { code, reasons: onlySummary(results).verdict.reasons.map(({ text: reason }) => reason) };
  };
  const sweep = async (...more: readonly string[]) => {
    const args = ["sweep", file, "--workers", "6", "--seeds", "1..2", "--results", join(directory, "sweep")];
    const { code, stdout } = await simulate(...args, ...more);
    return { code, stdout };
  };
  /** The trial at the rate of six workers. */
  const trial = async (...more: readonly string[]): Promise<Trial | undefined> => {
    const args = ["capacity", file, "--virtual", "--seeds", "1..1", "--start-rate", "6", "--max-time", "1ms", "--json"];
    const { stdout } = await simulate(...args, "--results", join(directory, "capacity"), ...more);
    return (JSON.parse(stdout) as { trials: Trial[] }).trials[0];
  };
  return { alone, sweep, trial };
}

/** The seeds that a sweep with `--json` lists as those that miss a threshold. */
const missingIn = (stdout: string): Missing[] => (JSON.parse(stdout) as { missing: Missing[] }).missing;

test("workers that are cut off fail a seed, as they fail it alone", async (t) => {
  const idle = BASE.replace("weight: 1,", "weight: 0.5,")
    .replace("\nthresholds", "\n  silent: { weight: 0.5, idle: { afterActions: 1 }, thinkTime: 100ms }\nthresholds")
    .replace("drainTimeout: 10s", "drainTimeout: 2s");
  const { alone, sweep, trial } = written(t, idle);
  const { code, reasons } = await alone();
  assert.equal(code, 99);
  assert.match(reasons.join("\n"), /^\d workers? had not finished when the run was given up, and w\w+ cut off: .*$/);
  const tried = await trial();
  assert.deepEqual(tried && [tried.outcome, tried.reasons], ["failed", reasons.map((reason) => `seed 1: ${reason}`)]);
  const swept = await sweep("--thresholds");
  assert.equal(swept.code, 99, swept.stdout);
  assert.match(swept.stdout, /^✗ 2 seeds, 0 failed, 0 missed a threshold, 2 did not carry out the plan\n/);
  assert.ok(swept.stdout.includes(`\n    ✗ ${reasons[0]}\n`), swept.stdout);
  const missing = missingIn((await sweep("--thresholds", "--json")).stdout);
  assert.deepEqual(missing[0]?.reasons, reasons);
  // Without thresholds a sweep is about invariants and errors.
  assert.equal((await sweep()).code, 0);
});

test("a load that was not generated fails a seed, as it fails it alone", async (t) => {
  const killed = `${BASE}faults:\n${"  - { kind: kill-thread, window: [500ms, 500ms], thread: client }\n".repeat(2)}`;
  const { alone, sweep, trial } = written(t, killed.replace('"p(99)<500"', '"p(99)<500s"'));
  const { code, reasons } = await alone();
  assert.equal(code, 99);
  assert.match(reasons.join("\n"), /^the load was not generated: \d of 6 workers had not finished when /);
  const tried = await trial();
  assert.deepEqual(tried && [tried.outcome, tried.reasons[0]], ["failed", `seed 1: ${reasons[0]}`]);
  assert.equal((await sweep("--thresholds")).code, 99);
});

test("a seed that a threshold aborts fails, whatever the metric of the search is", async (t) => {
  const aborting = BASE.replace(
    "thresholds: { ",
    `thresholds: { workers_started: [{ threshold: "count<3", abortOnFail: true }], `,
  );
  const { alone, sweep, trial } = written(t, aborting);
  const { code, reasons } = await alone();
  assert.equal(code, 99);
  assert.match(reasons[0] ?? "", /^the run was aborted: threshold workers_started count<3 failed after /);
  const tried = await trial("--metric", "live_update_latency");
  assert.deepEqual(tried && [tried.outcome, tried.reasons], ["failed", [`seed 1: ${reasons[0]}`]]);
  const swept = await sweep("--thresholds");
  assert.equal(swept.code, 99);
  assert.match(swept.stdout, /^✗ 2 seeds, 0 failed, 2 missed a threshold\n/);
});

test("a threshold that the early end of a seed broke is not missed", async (t) => {
  const { alone, sweep } = written(t, BASE);
  const thresholds = ["--threshold", "workers_started=count==6", "--threshold", "task_completion=rate>=0"];
  const interrupted = [...thresholds, "--threshold", "live_update_latency=p(99)<500s", "--faults", "interrupt=1"];
  const { code, reasons } = await alone(...interrupted);
  assert.equal(code, 1);
  assert.match(reasons.join("\n"), /threshold \S+ \S+ not judged: /);
  const swept = await sweep("--thresholds", ...interrupted);
  assert.equal(swept.code, 0, swept.stdout);
  // One that no rest of the run could have met is missed.
  const broken = await sweep("--thresholds", ...interrupted, "--threshold", "workers_finished=count<0", "--json");
  assert.equal(broken.code, 99);
  for (const { thresholds: missed } of missingIn(broken.stdout))
    assert.deepEqual(
      missed.map(({ metric }) => metric),
      ["workers_finished"],
    );
});
