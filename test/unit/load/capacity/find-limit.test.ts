/** Bottleneck: one rule after the other, on summaries that differ in one figure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findLimit } from "../../../../dist/load/capacity/index.js";
import { summarySchema, type CapacityTrial, type Summary, type TrendSummary } from "../../../../dist/results/index.js";
import { exampleSummary } from "../../../support/report/example.js";

const passed: Summary = exampleSummary();
const environment = { ...passed.environment, cores: 4 };
// Of the machine only the CPU of the process is known, and nothing of its threads.
const slow: Summary = {
  ...summarySchema.omit({ machine: true }).parse(passed),
  health: { process: passed.health.process, threads: passed.health.threads },
  environment,
  thresholds: [{ metric: "live_update_latency", expression: "p(99)<5", observed: 90, passed: false }],
};
const trial: CapacityTrial = {
  ...{ workers: 400, rate: 40, run: "runs/x", outcome: "failed", reasons: ["threshold failed"], tookMs: 1000 },
  ...{ p50: 1, p99: 90, cpuCores: 2, slipP99Ms: 1, peakLiveUnits: 9 },
};

/** `summary` with another p99 of a trend. */
function withP99(summary: Summary, name: string, p99: number): Summary {
  const trend = { ...passed.trends["stage_wake"], p99 } as TrendSummary;
  return { ...summary, trends: { ...summary.trends, [name]: trend } };
}
const partOf = (summary: Summary | undefined, change: Partial<CapacityTrial> = {}): string =>
  findLimit({ trial: { ...trial, ...change }, summary }, passed).part;

test("each rule names its part", () => {
  assert.equal(partOf(undefined), "process");
  assert.equal(partOf(slow, { outcome: "broken" }), "invariant");
  const slowHealth = slow.health;
  const threadAt = (part: "generator" | "platform", cpuMs: number, engine = slow.engine): Summary => ({
    ...{ ...slow, durationMs: 10_000, engine },
    health: {
      ...slowHealth,
      cpu: {
        ...{ totalMs: 20_000, generatorMs: 9000, platformMs: 9000, runtimeMs: 2000 },
        threads: [
          // Over a network the platform is outside.
          { thread: "io", part: engine === "network" ? "generator" : "platform", cpuMs: 10, waitedMs: null },
          { thread: "busy", part, cpuMs, waitedMs: 1000 },
        ],
      },
    },
  });
  assert.equal(partOf(threadAt("generator", 8500)), "generator");
  assert.equal(partOf(threadAt("platform", 8500)), "thread");
  const figures = findLimit({ trial, summary: threadAt("platform", 8500) }, passed);
  assert.equal(figures.what, "the thread busy, on a core or ready for one 95.0 % of the time");
  assert.ok(
    figures.evidence.includes("of its CPU, the generator had 45.0 %, the platform 45.0 %, the runtime 10.0 %"),
    figures.evidence.join("\n"),
  );
  assert.equal(partOf(slow, { outcome: "inconclusive" }), "machine");
  const busy = { ...slow.health, process: { ...slow.health.process, cpuCores: 3.7 } };
  assert.equal(partOf({ ...slow, health: busy }), "machine");
  assert.equal(partOf({ ...slow, schedule: { ...slow.schedule, kept: false } }), "generator");
  assert.equal(partOf({ ...slow, load: { generated: false, why: "no agent" } }), "generator");
  const network = { ...slow, engine: "network" } as const;
  assert.equal(partOf(network), "target");
  // The lateness of a client thread that has no time left may still be within its bound.
  const fullClient = threadAt("generator", 8500, "network");
  assert.equal(partOf(fullClient), "generator");
  const { evidence } = findLimit({ trial, summary: fullClient }, passed);
  assert.ok(evidence.includes("of its CPU, the generator had 45.0 %, the runtime 10.0 %"), evidence.join("\n"));
  assert.equal(partOf(threadAt("generator", 2000, "network")), "target");
  assert.equal(partOf({ ...slow, thresholds: [{ ...slow.thresholds[0], metric: "errors" } as never] }), "unknown");
});

test("the part with the greatest growth of its p99 is named, with both values", () => {
  const staged = findLimit({ trial, summary: withP99(slow, "stage_seen", 80) }, passed);
  assert.equal(staged.part, "thread");
  assert.match(staged.what, /^the loop and client threads: p99 of the stage "seen" 0\.\d+ → 80\.0 ms$/);
  const committed = findLimit(
    { trial, summary: withP99(withP99(slow, "stage_seen", 80), "status_commit_time", 120) },
    withP99(passed, "status_commit_time", 6),
  );
  assert.equal(committed.part, "database");
  assert.match(committed.what, /p99 of a commit 6\.00 → 120 ms/);
  assert.ok(committed.evidence.some((line) => line.includes('"seen"')));
});
