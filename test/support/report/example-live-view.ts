/** A fixed moment of a running run. Every number in it is invented. */
import { parseThresholds, scheduleKept } from "../../../dist/load/measure/index.js";
import type { LiveView } from "../../../dist/report/index.js";
import { exampleMachine, exampleMeasurements } from "./example.js";

export function exampleLiveView(change: Partial<LiveView> = {}): LiveView {
  const measurements = exampleMeasurements();
  return {
    runId: "20240102-030405-disconnect-storm-42",
    scenario: { name: "disconnect-storm", description: "Half of the workers vanish at once." },
    measurements,
    workers: { arrived: 1240, planned: 2500 },
    scheduledMs: 30_000,
    schedule: scheduleKept(measurements, 100),
    machine: exampleMachine(),
    thresholds: parseThresholds({
      live_update_latency: ["p(99)<5"],
      live_updates_lost: ["count==0"],
      submit_ack_time: ["p(99)<50"],
      submits_acknowledged: ["count>=100"],
    }),
    phases: [{ kind: "arrivals", label: "arrivals, rising", fromMs: 0, toMs: 60_000 }],
    statusEvents: [{ agentType: "main", from: null, to: "none", atMs: 10 }],
    outcomes: { agents: { "in task": 1 }, onboardingAgents: {} },
    from: "inside",
    ...change,
  };
}
