/** The scenarios of the package: a good run meets their thresholds, and a bad run does not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, parseDecimal, METRICS, evaluate, parseThresholds } from "../../../dist/load/measure/index.js";
import { buildPlan, loadScenario, shippedScenarios, type Scenario } from "../../../dist/load/scenario/index.js";
import { isNetworkFault } from "../../../dist/vocabulary/index.js";
import { assertTagsAddUp } from "../../support/results/tagged.js";
import { onlySummary, simulate, temporaryDirectory } from "../../support/cli/simulate.js";
import { mergeSnapshots } from "../../support/measure/merge-snapshots.js";

/** Whether a scenario is for runs over a network: test/system/network/incidents.test.ts runs those. */
const isOverNetwork = ({ faults, target }: Scenario): boolean =>
  target?.required === true || faults.some(isNetworkFault);

for (const name of shippedScenarios()) {
  const { scenario } = loadScenario(name);
  const overNetwork = isOverNetwork(scenario);
  test(`${name}: a simulated run of few workers passes, every threshold has samples`, {
    skip: overNetwork,
  }, async (t) => {
    const results = temporaryDirectory(t);
    const { code, stderr } = await simulate(
      "-s",
      name,
      "--workers",
      "150",
      "--virtual",
      "--quiet",
      "--results",
      results,
    );
    const summary = onlySummary(results);
    const { thresholds } = summary;
    assertTagsAddUp(summary);
    assert.deepEqual(
      thresholds.filter(({ passed, observed }) => !passed || observed === null),
      [],
    );
    assert.equal(code, 0, stderr);
  });

  test(`${name}: its thresholds can fail`, () => {
    const thresholds = parseThresholds(scenario.thresholds);
    assert.ok(
      evaluate(thresholds, mergeSnapshots([], 1000, buildPlan(scenario).tags)).some(({ passed }) => !passed),
      "a run without events passes",
    );
    for (const metric of overNetwork ? ["errors"] : ["live_updates_lost", "errors"]) {
      assert.ok(
        thresholds.some((threshold) => threshold.metric === metric && threshold.expression === "count==0"),
        metric,
      );
    }
    for (const { metric, expression, limit } of thresholds) {
      if (METRICS[metric].type !== "trend") continue;
      assert.ok(
        compare(limit, parseDecimal(String(scenario.task.liveUpdateTimeout / 2))) < 0,
        `${metric} ${expression}: waits that only their timeout ends pass`,
      );
    }
  });
}

for (const [fault, metric] of [
  [
    "{ kind: pause-thread, window: [5s, 5s], thread: task, lasts: 1s }",
    "live_update_latency{behaviour:regulars/typing,during:newcomers}",
  ],
  ["{ kind: kill-thread, window: [5s, 5s], thread: task }", "task_completion{behaviour:regulars/typing}"],
  ["{ kind: stall-database, window: [5s, 5s], lasts: 1500ms }", "registration_time{behaviour:newcomers/trying}"],
] as const) {
  test(`newcomer-rush: ${metric} does not pass with the fault ${fault}`, async (t) => {
    const results = temporaryDirectory(t);
    await simulate(
      ...["-s", "newcomer-rush", "--workers", "150", "--virtual", "--quiet", "--results", results],
      ...["--set", `faults=[${fault}]`],
    );
    const failed = onlySummary(results).thresholds.filter(({ passed }) => !passed);
    assert.ok(
      failed.some((threshold) => threshold.metric === metric),
      JSON.stringify(failed),
    );
  });
}
