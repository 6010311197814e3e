/** The progress of a run in a terminal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderProgress, renderProgressLine, type ProgressView } from "../../../dist/report/index.js";

const view: ProgressView = {
  scenario: "disconnect-storm",
  workers: { arrived: 1204, planned: 2500 },
  elapsedMs: 3750,
  scheduledMs: 7500,
  phases: "arrivals, steady",
  statuses: { accepted: 0, "in task": 980, completed: 12, onboarding: 88, "approved (onboarding)": 992 },
  updates: { verb: "taken", count: 8123, perSecond: 2140.4 },
  latency: { p50: 0.2345, p99: 4.5, max: 17.25 },
  latencyOverTime: [1, null, 2, 4],
  events: { disconnect: 3, timeout: 0, "full mailbox": 2, error: 1 },
  failures: ["live_update_latency p(99)<4: 4.5 so far"],
};

test("the lines that are redrawn", () => {
  assert.equal(
    renderProgress(view, { color: false, width: 80 }),
    [
      "disconnect-storm  ████████████············  3.8 s of 7.5 s  arrivals, steady",
      "  workers   1,204 of 2,500 arrived",
      "  agents    980 in task · 12 completed · 88 onboarding ·",
      "            992 approved (onboarding)",
      "  updates   8,123 taken, 2,140 a second",
      "  latency   p50 0.234  p99 4.50  max 17.3 ms  ▃ ▅█",
      "  events    3 disconnects, 2 full mailboxes, 1 error",
      "  ✗ live_update_latency p(99)<4: 4.5 so far",
    ].join("\n"),
  );
});

test("the lines before the first event", () => {
  const before: ProgressView = {
    scenario: view.scenario,
    workers: view.workers,
    elapsedMs: 0,
    scheduledMs: view.scheduledMs,
    phases: view.phases,
    updates: { verb: "taken", count: 0, perSecond: 0 },
    statuses: {},
    latencyOverTime: [],
    events: {},
    failures: [],
  };
  const text = renderProgress(before, { color: false, width: 80 });
  assert.match(text, /agents {4}none yet\n/);
  assert.match(text, /latency {3}none yet$/);
});

test("no line is wider than the terminal", () => {
  const much = {
    ...view,
    phases: "arrivals, steady, disconnects (storm, others)",
    failures: ["x".repeat(300)],
    latencyOverTime: Array.from({ length: 500 }, (_, at) => at),
  };
  for (const width of [40, 60, 80, 200]) {
    for (const line of renderProgress(much, { color: false, width }).split("\n"))
      assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`);
  }
});

test("the line for a log", () => {
  assert.equal(
    renderProgressLine(view),
    "  3.8 s · arrivals, steady · 1,204/2,500 workers · 8,123 live updates, 2,140/s · latency p50 0.234 p99 4.50 ms · 3 disconnects, 2 full mailboxes, 1 error · failing: live_update_latency p(99)<4: 4.5 so far",
  );
});
