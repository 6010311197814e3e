/** The tags of a scenario: the names of its windows and faults, and what is said about thresholds that name others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan, parseScenario, planHash, ScenarioError } from "../../../../dist/load/scenario/index.js";

function scenarioText(more: string, disconnect = "window: [1s, 2s]"): string {
  return `name: tagged
description: A scenario with a window.
incident: None.
arrivals: { startRate: 10, stages: [{ duration: 4s, target: 10 }] }
task: { blueprint: chat, liveUpdateTimeout: 3s, submissionTimeout: 3s }
behaviours:
  dropping: { weight: 0.5, actions: 2, thinkTime: 100ms, disconnect: { ${disconnect} } }
  staying: { weight: 0.5, actions: 2, thinkTime: 100ms }
drainTimeout: 5s
${more}`;
}

function planOf(more: string, disconnect?: string, options = {}) {
  return buildPlan(parseScenario(scenarioText(more, disconnect), "tagged.yaml"), options);
}

function problemsOf(more: string, disconnect?: string): readonly string[] {
  try {
    planOf(more, disconnect);
  } catch (error) {
    assert.ok(error instanceof ScenarioError);
    return error.problems;
  }
  return [];
}

test("a window is called as its behaviour, unless it has a name", () => {
  assert.deepEqual(planOf("").tags, {
    behaviours: ["dropping", "staying"],
    spans: [{ name: "dropping", fromMs: 1000, toMs: 2000 }],
  });
  assert.deepEqual(
    planOf("", "window: [1s, 2s], name: storm").tags.spans.map(({ name }) => name),
    ["storm"],
  );
});

test("--duration stretches the spans as it stretches the windows and faults", () => {
  const { tags } = planOf(
    "faults: [{ kind: kill-thread, window: [2s, 2s], thread: task }]\nshutdownAt: 3s",
    undefined,
    {
      durationMs: 8000,
    },
  );
  assert.deepEqual(tags.spans, [
    { name: "dropping", fromMs: 2000, toMs: 4000 },
    { name: "kill-thread", fromMs: 4000, toMs: 4000 },
    { name: "shutdown", fromMs: 6000, toMs: 6000 },
  ]);
});

test("a fault is called as its kind, with a number among several, unless it has a name", () => {
  const { tags, faults } = planOf(`faults:
  - { kind: stall-database, window: [2s, 2s], lasts: 100ms }
  - { kind: stall-database, window: [1s, 1s], lasts: 200ms }
  - { kind: pause-thread, name: long-pause, window: [3s, 3s], thread: task, lasts: 1s }
`);
  assert.deepEqual(tags.spans.slice(1), [
    { name: "stall-database-1", fromMs: 2000, toMs: 2100 },
    { name: "stall-database-2", fromMs: 1000, toMs: 1200 },
    { name: "long-pause", fromMs: 3000, toMs: 4000 },
  ]);
  assert.ok(faults?.every((fault) => !("name" in fault)));
});

test("names do not change the plan", () => {
  const fault = "{ kind: kill-thread, window: [1s, 2s], thread: task }";
  const named = fault.replace("kill-thread,", "kill-thread, name: crash,");
  assert.equal(
    planHash(planOf(`faults: [${fault}]`)),
    planHash(planOf(`faults: [${named}]`, "window: [1s, 2s], name: storm")),
  );
});

test("a plan knows the behaviour of a worker as its plan has it", () => {
  const plan = planOf("", undefined, { workers: 50 });
  for (let index = 0; index < plan.workers; index++)
    assert.equal(plan.behaviourOf(index), plan.worker(index).behaviour);
  assert.throws(() => plan.behaviourOf(50), RangeError);
});

for (const [metric, message] of [
  [
    "live_update_latency{behaviour:stayin}",
    'there is no behaviour "stayin"; did you mean "staying"? there are dropping, staying',
  ],
  [
    "live_update_latency{during:storm}",
    'there is no window or fault "storm"; there are dropping, kill-thread, shutdown',
  ],
  [
    "timeouts{during:shutdown}",
    'nothing is during "shutdown", which is a moment: write before:shutdown or after:shutdown',
  ],
  ["timeouts{during:kill-thread}", 'nothing is during "kill-thread", which is a moment'],
  ["event_loop_delay{behaviour:staying}", 'event_loop_delay has no tag "behaviour"'],
] as const) {
  test(`a threshold on ${metric} is refused, with its line and the names that there are`, () => {
    const [problem, ...others] = problemsOf(
      `faults: [{ kind: kill-thread, window: [1s, 2s], thread: task }]\nshutdownAt: 3s\nthresholds:\n  ${metric}: ["max<1", "min<1"]\n`.replace(
        '["max<1", "min<1"]',
        metric.startsWith("timeouts") ? '["count<1", "rate<1"]' : '["max<1", "min<1"]',
      ),
    );
    assert.match(problem ?? "", /^tagged\.yaml:13: thresholds\./);
    assert.ok(problem?.includes(message), problem);
    assert.deepEqual(others, []);
  });
}

test("a scenario without windows, faults and shutdown says so", () => {
  const [problem] = problemsOf('thresholds: { "errors{during:storm}": ["count==0"] }', "perAction: 0.1");
  assert.match(problem ?? "", /the scenario has no window of disconnects, fault or shutdown$/);
});

test("two spans of one name are refused, but windows of one name and time are one", () => {
  const second = (window: string) =>
    scenarioText("").replace(
      "staying: { weight: 0.5, actions: 2, thinkTime: 100ms }",
      `staying: { weight: 0.5, actions: 2, thinkTime: 100ms, disconnect: { window: ${window}, name: dropping } }`,
    );
  const spansOf = (text: string) => buildPlan(parseScenario(text, "tagged.yaml")).tags.spans;
  assert.equal(spansOf(second("[1s, 2s]")).length, 1);
  assert.throws(
    () => spansOf(second("[1s, 3s]")),
    (error: unknown) =>
      error instanceof ScenarioError && error.message.includes("give it another name, with the key name"),
  );
  assert.equal(problemsOf("faults: [{ kind: kill-thread, name: dropping, window: [1s, 1s], thread: task }]").length, 1);
});

test("a name without a window is refused", () => {
  assert.match(problemsOf("", "perAction: 0.1, name: storm")[0] ?? "", /is the name of a window, and there is none$/);
});
