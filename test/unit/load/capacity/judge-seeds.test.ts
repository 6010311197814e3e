/** What the seeds of a rate say about it, under simulated time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { judgeSeeds, type SeedOutcome } from "../../../../dist/load/capacity/index.js";

const passing: SeedOutcome = { seed: 1, failures: [], missed: [] };
const broken = { what: "no-update-lost", violations: 2, first: { what: "agent 7", detail: "lost" } };
const missed = { metric: "status_commit_time", expression: "p(99)<5", observed: 9 };

test("a rate passes when all of its seeds do, and otherwise has the reasons of the lowest that does not", () => {
  assert.equal(judgeSeeds([passing, { ...passing, seed: 2 }], undefined).outcome, "passed");
  const results = [passing, { seed: 2, failures: [], missed: [missed] }, { seed: 3, failures: [broken], missed: [] }];
  const { outcome, reasons } = judgeSeeds(results, undefined);
  assert.equal(outcome, "failed");
  assert.deepEqual(reasons, ["seed 2: threshold status_commit_time p(99)<5 failed: observed 9 ms"]);
});

test("the latencies are the medians of the seeds that were looked at", () => {
  const latencies = [1, 5, 3].map((p50, index) => ({
    ...passing,
    seed: index + 1,
    latency: { p50, p95: 5 * p50, p99: 10 * p50 },
  }));
  const { p50, p95, p99, cpuCores } = judgeSeeds(latencies, undefined);
  assert.deepEqual([p50, p95, p99, cpuCores], [3, 15, 30, null]);
  const [first, ...others] = latencies;
  assert.ok(first);
  assert.equal(judgeSeeds([{ ...first, missed: [missed] }, ...others], undefined).p50, 1);
  assert.equal(judgeSeeds([passing], undefined).p50, null);
});

test("a broken invariant is told from an error", () => {
  const { outcome, reasons } = judgeSeeds([{ seed: 4, failures: [broken] }], undefined);
  assert.deepEqual(
    [outcome, reasons],
    ["broken", ["seed 4: invariant no-update-lost broke: 2 violations, first: agent 7: lost"]],
  );
  const error = { what: "error", violations: 1, first: { what: "the run ended with an error", detail: "no room" } };
  const ended = judgeSeeds([{ seed: 4, failures: [error] }], undefined);
  assert.deepEqual([ended.outcome, ended.reasons], ["failed", ["seed 4: the run ended with an error: no room"]]);
});

test("with a metric, thresholds on others do not decide, invariants do", () => {
  const slow = { seed: 1, failures: [], missed: [missed] };
  assert.equal(judgeSeeds([slow], "errors").outcome, "passed");
  assert.equal(judgeSeeds([slow], "status_commit_time").outcome, "failed");
  assert.equal(judgeSeeds([{ ...slow, failures: [broken] }], "errors").outcome, "broken");
});

test("a plan that was not carried out fails a seed, reasons before thresholds, whatever the metric", () => {
  const unmet = [{ text: "2 workers had not finished" }];
  const { outcome, reasons } = judgeSeeds([{ ...passing, unmet, missed: [missed] }], undefined);
  assert.deepEqual(
    [outcome, reasons],
    [
      "failed",
      ["seed 1: 2 workers had not finished", "seed 1: threshold status_commit_time p(99)<5 failed: observed 9 ms"],
    ],
  );
  assert.deepEqual(judgeSeeds([{ ...passing, unmet }], "errors").reasons, ["seed 1: 2 workers had not finished"]);
  assert.equal(judgeSeeds([{ ...passing, unmet, failures: [broken] }], "errors").outcome, "broken");
});

test("the seeds above the lowest that fails are of no matter", () => {
  const outcomes = fc.constantFrom(
    {},
    { missed: [missed] },
    { failures: [broken] },
    { unmet: [{ text: "workers were cut off" }] },
  );
  fc.assert(
    fc.property(fc.array(outcomes, { minLength: 1, maxLength: 8 }), fc.nat(8), (given, more) => {
      const results = given.map((outcome, index): SeedOutcome => ({ ...passing, seed: index + 1, ...outcome }));
      const lowest = results.findIndex(
        ({ failures, missed: all = [], unmet = [] }) => failures.length + all.length + unmet.length > 0,
      );
      const needed = lowest < 0 ? results : results.slice(0, lowest + 1 + more);
      assert.deepEqual(judgeSeeds(needed, undefined), judgeSeeds(results, undefined));
    }),
  );
});
