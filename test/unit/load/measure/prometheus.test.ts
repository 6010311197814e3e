/** The Prometheus text of a run's metrics. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecorder, isMeasured, isMetric, METRICS, prometheusText } from "../../../../dist/load/measure/index.js";
import { mergeSnapshots } from "../../../support/measure/merge-snapshots.js";

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("every metric that a run measures is there, with its help", async () => {
  const text = await prometheusText(
    mergeSnapshots([createRecorder({ thread: "a", originMs: 0 }).take()], 1000),
    [],
    [],
    "inside",
  );
  for (const [name, { type, doc }] of Object.entries(METRICS)) {
    if (type === "gauge") continue;
    assert.ok(isMetric(name));
    const isThere = text.includes(`# HELP crowdstorm_${name}`) && text.includes(doc);
    assert.equal(isThere, isMeasured(name, "inside"), name);
  }
  assert.ok(lines(text).includes("crowdstorm_live_update_latency_seconds_count 0"));
  assert.ok(!text.includes("quantile"), "no quantiles of nothing");
});

test("times are in seconds, shares of all threads are added up, workers without a live agent are left out", async () => {
  const recorder = createRecorder({ thread: "a", originMs: 0 });
  recorder.trend("live_update_latency").record(2, 10);
  recorder.trend("live_update_latency").record(4, 10);
  recorder.count("timeouts", 3);
  recorder.observe("task_completion", true);
  recorder.observe("task_completion", false);
  recorder.gauge("agents_waiting", 5);
  const text = await prometheusText(
    mergeSnapshots([recorder.take()], 1000),
    [
      { agentType: "main", status: "in task", value: 3 },
      { agentType: "main", status: "in task", value: -1 },
    ],
    [
      { agentType: "main", workerId: "7", value: 1 },
      { agentType: "main", workerId: "8", value: 1 },
      { agentType: "main", workerId: "8", value: -1 },
    ],
    "inside",
  );
  const expected = [
    "crowdstorm_live_update_latency_seconds_sum 0.006",
    "crowdstorm_live_update_latency_seconds_count 2",
    "crowdstorm_timeouts_total 3",
    "crowdstorm_task_completion_passes_total 1",
    "crowdstorm_task_completion_observations_total 2",
    "crowdstorm_agents_waiting 5",
    'active_agent_statuses{status="in task",agent_type="main"} 2',
    'active_workers{worker_id="7",agent_type="main"} 1',
  ];
  for (const line of expected) assert.ok(lines(text).includes(line), line);
  assert.match(text, /crowdstorm_live_update_latency_seconds\{quantile="0\.99"\} 0\.004/);
  assert.ok(!text.includes('worker_id="8"'));
});
