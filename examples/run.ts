/**
 * A scenario with computed stages, run from a program under simulated time: half an hour of a task takes seconds.
 *
 *     day: 600 workers in 1800 s, 2761 live updates, none lost
 *     every invariant held: true
 */
import { defineScenario, renderSummary, runScenario } from "crowdstorm";

/** The arrival rate follows half a sine: it rises and falls. */
const hours = Array.from({ length: 12 }, (_, hour) => ({
  duration: "2m30s",
  target: Number((2 * Math.sin((Math.PI * (hour + 1)) / 12)).toFixed(3)),
}));

const day = defineScenario({
  name: "day",
  description: "Arrivals rise and fall with the hours.",
  incident: "None: an ordinary day, shortened.",
  arrivals: { stages: hours },
  task: { blueprint: "chat", liveUpdateTimeout: "30s", submissionTimeout: "30s" },
  behaviours: {
    patient: {
      weight: 0.9,
      actions: { uniform: [3, 7] },
      thinkTime: { lognormal: { median: "5s", p95: "15s", max: "25s" } },
    },
    silent: { weight: 0.1, idle: { afterActions: { uniform: [0, 3] } }, thinkTime: "5s" },
  },
  thresholds: { live_updates_lost: ["count==0"] },
  drainTimeout: "5m",
});

const { summary, directory } = await runScenario(day, { engine: "virtual", seed: 7, workers: 600 });
const { live_updates_sent: sent, live_updates_lost: lost } = summary.counters;
const lostText = lost === 0 ? "none" : String(lost);
console.log(`day: ${summary.plan.workers} workers in 1800 s, ${String(sent)} live updates, ${lostText} lost`);
console.log(`every invariant held: ${summary.invariants.every(({ held }) => held)}`);
if (!summary.verdict.passed) process.stdout.write(renderSummary(summary, { color: false, width: 100, directory }));
