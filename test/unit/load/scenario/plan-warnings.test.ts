/** What a plan shows before its run: what will have no effect, and who cannot finish. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  buildPlan,
  loadScenario,
  parseScenario,
  planWarnings,
  shippedScenarios,
  warningLines,
  type PlanOptions,
} from "../../../../dist/load/scenario/index.js";

const BASE = `name: mine
description: one line
incident: none
arrivals: { startRate: 10, stages: [{ duration: 2s, target: 10 }] }
task: { blueprint: chat, liveUpdateTimeout: 3s, submissionTimeout: 3s }
behaviours:
  quick: { weight: 1, actions: 2, thinkTime: 200ms }
drainTimeout: 10s
`;

function warningsOf(text: string, options: PlanOptions = {}): string[] {
  const scenario = parseScenario(text, "mine.yaml");
  return warningLines({ scenario, path: "mine.yaml", text }, buildPlan(scenario, options));
}

const QUICK = "quick: { weight: 1, actions: 2, thinkTime: 200ms }";
const withBehaviours = (...lines: string[]): string => BASE.replace(QUICK, lines.join("\n  "));
const withEnd = (line: string): string => `${BASE}${line}\n`;

test("a scenario whose parts all have an effect has no warning", () => {
  assert.deepEqual(warningsOf(BASE), []);
  assert.deepEqual(warningsOf(withEnd("shutdownAt: 1s")), []);
  assert.deepEqual(warningsOf(withEnd("faults: [{ kind: jump-clock, window: [1s, 2s], by: 1s }]")), []);
});

for (const name of shippedScenarios()) {
  test(`the shipped scenario ${name} has no warning`, () => {
    const loaded = loadScenario(name);
    assert.deepEqual(warningLines(loaded, buildPlan(loaded.scenario)), []);
  });
}

const LEFT = /has left after about 2\.\d s/.source;

const cases: readonly (readonly [what: string, text: string, warning: RegExp])[] = [
  [
    "a window after the last worker has gone",
    withBehaviours("quick: { weight: 1, actions: 2, thinkTime: 200ms, disconnect: { window: [60s, 70s] } }"),
    new RegExp(
      `^mine\\.yaml:7: behaviours\\.quick\\.disconnect\\.window: no connection drops in this window, from 1m 00s to 1m 10s: ` +
        `the last worker that behaves like this ${LEFT}$`,
    ),
  ],
  [
    "a window before the first worker comes",
    withBehaviours("quick: { weight: 1, actions: 2, thinkTime: 200ms, disconnect: { window: [0s, 0s] } }"),
    /from 0\.0 s to 0\.0 s: every worker that behaves like this arrives after it$/,
  ],
  [
    "a shutdown after the end",
    withEnd("shutdownAt: 60s"),
    new RegExp(
      `^mine\\.yaml:9: shutdownAt: the shutdown at 1m 00s does not happen: the last worker ${LEFT}, and the run ends then$`,
    ),
  ],
  [
    "a fault after the end",
    withEnd(
      "faults:\n  - { kind: jump-clock, window: [1s, 1s], by: 1s }\n  - { kind: kill-thread, window: [50s, 50s], thread: task }",
    ),
    /^mine\.yaml:11: faults\[1\]: kill-thread at 50\.0 s does not happen: the last worker has left after about/,
  ],
  [
    "a behaviour with the weight 0",
    withBehaviours(QUICK, "off: { weight: 0, actions: 2, thinkTime: 200ms }"),
    /^mine\.yaml:8: behaviours\.off: no worker behaves like this: its weight is 0$/,
  ],
  [
    "a behaviour that nobody draws",
    withBehaviours(QUICK.replace("1,", "0.999999,"), "rare: { weight: 0.000001, actions: 2, thinkTime: 200ms }"),
    /^mine\.yaml:8: behaviours\.rare: no worker of the 20 workers behaves like this: its weight is 0\.000001$/,
  ],
  [
    "a timeout shorter than every think time",
    BASE.replace("thinkTime: 200ms", "thinkTime: { uniform: [4s, 5s] }"),
    /^mine\.yaml:5: task\.liveUpdateTimeout: is shorter \(3s\) than every think time \(4\.\d s or longer\): each of these workers times out$/,
  ],
  [
    "a timeout shorter than every think time of one behaviour",
    withBehaviours(QUICK.replace("1,", "0.5,"), "slow: { weight: 0.5, actions: 1, thinkTime: 4s }"),
    /^mine\.yaml:5: task\.liveUpdateTimeout: is shorter \(3s\) than every think time of "slow" \(4\.0 s or longer\)/,
  ],
  [
    "a submit that always comes too late",
    BASE.replace("submissionTimeout: 3s", "submissionTimeout: 100ms"),
    /^mine\.yaml:5: task\.submissionTimeout: is shorter \(100ms\) than every think time before the submit \(0\.2 s or longer\)/,
  ],
  [
    "work that the run does not wait for",
    BASE.replace("actions: 2", "actions: 100"),
    /^mine\.yaml:8: drainTimeout: the run is given up after 12\.0 s, when 20 of 20 workers are still at work by the plan$/,
  ],
];

for (const [what, text, warning] of cases) {
  test(`a warning: ${what}`, () => {
    const [first = "", ...others] = warningsOf(text);
    assert.match(first, warning);
    // A worker that times out does not submit: both timeouts can be too short.
    assert.ok(
      others.every((other) => other.includes("submissionTimeout")),
      others.join("\n"),
    );
  });
}

test("the options of the plan count: a longer run reaches what a shorter one does not", () => {
  const text = withEnd("shutdownAt: 2500ms");
  assert.equal(warningsOf(text, { durationMs: 20_000 }).length, 1);
  const later = withBehaviours("quick: { weight: 1, actions: 2, thinkTime: 200ms, disconnect: { window: [1s, 2s] } }");
  assert.deepEqual(warningsOf(later), []);
  assert.deepEqual(warningsOf(later, { durationMs: 20_000 }), []);
});

test("timeouts are no matter of a task over a network, which has its own", () => {
  const scenario = parseScenario(BASE.replace("thinkTime: 200ms", "thinkTime: 4s"), "mine.yaml");
  const plan = buildPlan(scenario);
  assert.equal(planWarnings(scenario, plan, { isOverNetwork: true }).length, 0);
  assert.ok(planWarnings(scenario, plan, { isOverNetwork: false }).length > 0);
});

test("partners are waited for: a window is not called late before the last of all workers could begin", () => {
  const text = BASE.replace("blueprint: chat,", "blueprint: chat, unitsPerAssignment: 2,").replace(
    "thinkTime: 200ms",
    "thinkTime: 200ms, disconnect: { window: [2100ms, 2400ms] }",
  );
  assert.deepEqual(warningsOf(text), []);
});

test("a fault or a shutdown within the arrivals is never called late", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 20, max: 100 }), (seed, workers) => {
      const text = withEnd("shutdownAt: 1s\nfaults: [{ kind: jump-clock, window: [0s, 1s], by: 1s }]");
      assert.deepEqual(warningsOf(text, { seed, workers }), []);
    }),
    { numRuns: 50 },
  );
});
