import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AGENT_STATUSES, isFinal } from "../../../../dist/vocabulary/index.js";
import { createAgentMetrics } from "../../../../dist/platform/model/index.js";

test("prom-client shows the gauges under the original's names and labels", async () => {
  const metrics = createAgentMetrics();
  metrics.created("main", "7");
  metrics.changed("main", "7", "none", "accepted");
  const text = await metrics.registry.metrics();
  assert.deepEqual(
    text.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
    [
      'active_agent_statuses{status="none",agent_type="main"} 0',
      'active_agent_statuses{status="accepted",agent_type="main"} 1',
      'active_workers{worker_id="7",agent_type="main"} 1',
    ],
  );
});

test("in any order of changes there is one agent, in the last status, and active until it was first final", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...AGENT_STATUSES.filter((status) => !isFinal(status)))),
      fc.constantFrom(...AGENT_STATUSES),
      (path, end) => {
        const metrics = createAgentMetrics();
        metrics.created("onboarding", "w");
        const statuses = ["none" as const, ...path, end];
        statuses.slice(1).forEach((to, index) => {
          const from = statuses[index] ?? "none";
          if (from !== to) metrics.changed("onboarding", "w", from, to);
        });
        assert.deepEqual(
          metrics.statuses().filter(({ value }) => value !== 0),
          [{ agentType: "onboarding", status: end, value: 1 }],
        );
        assert.deepEqual(metrics.workers(), [{ agentType: "onboarding", workerId: "w", value: isFinal(end) ? 0 : 1 }]);
      },
    ),
    { numRuns: 100 },
  );
});
