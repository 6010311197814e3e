/** A search whose trials are given: what is recorded, how it ends, and what a resumed search repeats. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bracketOf,
  judgeRun,
  searchCapacity,
  verdictFor,
  type CapacitySearch,
  type EndedSearch,
} from "../../../../dist/load/capacity/index.js";
import type { Summary } from "../../../../dist/results/index.js";
import { exampleSummary } from "../../../support/report/example.js";

const passing = exampleSummary();
const failing = exampleSummary({ slipMs: 2000 });
assert.ok(passing.verdict.passed && !failing.verdict.passed);

/** A search in which 330 workers pass; each trial takes a second. */
function search(options: Partial<CapacitySearch> = {}): {
  readonly ended: Promise<EndedSearch>;
  readonly runs: number[];
} {
  const runs: number[] = [];
  let nowMs = 0;
  const ended = searchCapacity({
    bounds: { start: 100, least: 1, most: 10_000, precision: 1.1 },
    rateOf: (workers) => workers / 10,
    runTrial: (workers) => {
      runs.push(workers);
      nowMs += 1000;
      const summary = workers <= 330 ? { ...passing, peakLiveUnits: workers } : failing;
      const run = { directory: `/search/runs/${runs.length}`, summary, lastWords: "" };
      return Promise.resolve(judgeRun(run, "/search", undefined));
    },
    interrupt: new AbortController().signal,
    clock: { now: () => nowMs },
    ...options,
  });
  return { ended, runs };
}

test("a trial is recorded with its figures, and the search ends with both ends of the bracket", async () => {
  const { trials, end } = await search().ended;
  assert.equal(end, "found");
  assert.deepEqual(bracketOf(trials), { passes: 308, fails: 336 });
  const { p50, p95, p99 } = passing.trends["live_update_latency"] ?? {};
  assert.deepEqual(trials[0], {
    ...{ workers: 100, rate: 10, run: "runs/1", outcome: "passed", reasons: [], tookMs: 1000, p50, p95, p99 },
    ...{ cpuCores: 1.52, slipP99Ms: passing.schedule.slipP99Ms, peakLiveUnits: 100 },
  });
  assert.equal(trials[2]?.outcome === "passed", false);
  assert.ok(trials[2]?.reasons.length === 1);
});

test("a search that was stopped anywhere and resumed makes the same trials, none twice", async () => {
  const whole = await search().ended;
  for (let stop = 0; stop < whole.trials.length; stop++) {
    const controller = new AbortController();
    if (stop === 0) controller.abort();
    const first = await search({
      interrupt: controller.signal,
      onTrial: (trials) => trials.length === stop && controller.abort(),
    }).ended;
    assert.equal(first.end, "interrupted");
    assert.equal(first.trials.length, stop);
    const second = search({ trials: first.trials });
    const ended = await second.ended;
    assert.equal(second.runs.length, whole.trials.length - stop);
    assert.deepEqual(
      ended.trials.map(({ workers, outcome }) => [workers, outcome]),
      whole.trials.map(({ workers, outcome }) => [workers, outcome]),
    );
  }
});

test("a trial that the interrupt ended does not count", async () => {
  const { trials, end } = await search({ runTrial: () => Promise.resolve(undefined) }).ended;
  assert.deepEqual([trials, end], [[], "interrupted"]);
});

test("no trial is started that would end after the longest time", async () => {
  const { ended, runs } = search({ maxMs: 3500 });
  assert.equal((await ended).end, "out-of-time");
  assert.equal(runs.length, 3);
  // The first trial runs however little time there is: without it nothing is known.
  assert.equal((await search({ maxMs: 1 }).ended).trials.length, 1);
});

test("a run that died has failed its rate, and its last line is the reason", () => {
  const run = { directory: "/search/runs/1", summary: undefined, lastWords: "out of memory" };
  const { outcome, reasons, cpuCores } = judgeRun(run, "/search", undefined);
  assert.deepEqual([outcome, reasons, cpuCores], ["failed", ["the run died: out of memory"], null]);
});

test("where a trial has the same outcome each time, each rate is tried once", async () => {
  const bounds = { start: 100, least: 1, most: 10_000, precision: 1.1, agreeing: 1 };
  const { ended, runs } = search({ bounds });
  const { trials, end } = await ended;
  assert.equal(end, "found");
  assert.equal(new Set(runs).size, runs.length);
  assert.deepEqual(bracketOf(trials, 1), bracketOf((await search().ended).trials));
});

test("with a metric, only its thresholds decide; invariants and the schedule always do", () => {
  const thresholds: Summary["thresholds"] = [
    { metric: "live_update_latency", expression: "p(99)<5", observed: 9, passed: false },
    { metric: "errors", expression: "count==0", observed: 0, passed: true },
  ];
  const slow: Summary = { ...passing, thresholds };
  assert.equal(verdictFor(slow, "errors").passed, true);
  assert.equal(verdictFor(slow, "live_update_latency").passed, false);
  assert.equal(verdictFor({ ...failing, thresholds }, "errors").passed, false);
  assert.equal(verdictFor(exampleSummary({ broken: true }), "errors").exitCode, 98);
});
