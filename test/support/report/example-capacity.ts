/** A fixed search for a capacity. Every number in it is invented. */
import { capacitySchema, type Capacity, type CapacityTrial } from "../../../dist/results/index.js";
import { exampleSummary } from "./example.js";

const RATES: readonly (readonly [
  workers: number,
  p50: number,
  p95: number,
  p99: number,
  cores: number,
  slipMs: number,
])[] = [
  [2500, 0.4, 3, 12, 0.9, 4],
  [5000, 0.8, 9, 45, 1.3, 9],
  [10_000, 8, 300, 900, 1.9, 40],
  [10_000, 9, 320, 1100, 1.95, 45],
  [5000, 0.7, 10, 50, 1.32, 8],
  [7071, 2, 30, 140, 1.6, 12],
  [7071, 2.2, 36, 180, 1.62, 15],
];

function trialOf([workers, p50, p95, p99, cpuCores, slipP99Ms]: (typeof RATES)[number], index: number): CapacityTrial {
  const passed = workers < 10_000;
  return {
    ...{ workers, rate: workers / 6, run: `runs/run-${index + 1}`, outcome: passed ? "passed" : "failed" },
    reasons: passed ? [] : [`threshold live_update_latency p(99)<250 failed: observed ${p99} ms`],
    ...{ tookMs: 17_500, p50, p95, p99, cpuCores, slipP99Ms, peakLiveUnits: Math.round(workers / 2) },
  };
}

export function exampleCapacity(change: Partial<Capacity> = {}): Capacity {
  const { environment, scenario } = exampleSummary();
  return capacitySchema.parse({
    ...{ version: 1, searchId: "capacity-disconnect-storm-20240102T030405-0a1b2c3d", scenario, seed: "42" },
    ...{ planHash: "0".repeat(64), engine: "threads", options: {}, startedAt: "2024-01-02T03:04:05.678Z" },
    reproduce: "simulate capacity --scenario disconnect-storm --seed 42 --precision 1.5",
    environment: { ...environment, cores: 2 },
    arrivals: { durationMs: 6000, peakFactor: 1.2 },
    search: {
      ...{ startWorkers: 2500, leastWorkers: 39, mostWorkers: 400_000, precision: 1.5, maxMs: 3_600_000 },
      metric: null,
    },
    trend: "live_update_latency",
    trials: RATES.map(trialOf),
    end: "found",
    capacity: {
      ...{ workers: 7071, rate: 7071 / 6, peakRate: 1414.2, p50: 2.1, p95: 33, p99: 160, cpuCores: 1.61 },
      liveUnits: 3536,
    },
    fails: { workers: 10_000, rate: 10_000 / 6 },
    limit: {
      part: "machine",
      what: "the CPU of the machine: 1.90 of 2 cores",
      evidence: ['the stage that grew most: "seen", p99 60.0 → 480 ms', "actions ran 40.0 ms late (p99)"],
    },
    exitCode: 0,
    ...change,
  } satisfies Capacity);
}
