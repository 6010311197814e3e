import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changeScenario,
  parseScenario,
  ScenarioError,
  type LoadedScenario,
} from "../../../../dist/load/scenario/index.js";

const TEXT = `# The incident, in a comment.
name: mine
description: one line
incident: none
arrivals: { stages: [{ duration: 1s, target: 10 }, { duration: 2s, target: 10 }] }
task: { blueprint: chat, liveUpdateTimeout: 1s, submissionTimeout: 1s }
behaviours:
  some: { weight: 0.5, actions: 1, thinkTime: &thinking { uniform: [10ms, 20ms] } }
  others: { weight: 0.5, actions: 1, thinkTime: *thinking }
thresholds:
  errors: ["count==0"]
drainTimeout: 1s
`;

const loaded: LoadedScenario = { scenario: parseScenario(TEXT, "mine.yaml"), path: "mine.yaml", text: TEXT };

test("fields are set, the text keeps the rest, and the text is the scenario", () => {
  const changed = changeScenario(loaded, [
    { path: ["arrivals", "stages", "1", "duration"], value: "4s" },
    { path: ["task", "workTime"], value: "5ms" },
    { path: ["thresholds", "live_update_latency"], value: '["p(99)<50"]' },
    { path: ["thresholds", "errors"], value: '["count<3"]' },
  ]);
  assert.equal(changed.scenario.task.workTime, 5);
  assert.deepEqual(changed.scenario.thresholds, { errors: ["count<3"], live_update_latency: ["p(99)<50"] });
  assert.match(changed.text, /^# The incident, in a comment\.\n/);
  assert.match(changed.text, /duration: 4s/);
  assert.deepEqual(parseScenario(changed.text, "mine.yaml"), changed.scenario);
  assert.equal(changeScenario(loaded, []), loaded);
});

test("a change through an anchor changes its aliases; one through an alias is refused", () => {
  const path = (behaviour: string): string[] => ["behaviours", behaviour, "thinkTime", "uniform"];
  const { behaviours } = changeScenario(loaded, [{ path: path("some"), value: "[1ms, 2ms]" }]).scenario;
  assert.deepEqual(behaviours?.["others"]?.thinkTime, behaviours?.["some"]?.thinkTime);
  assert.throws(() => changeScenario(loaded, [{ path: path("others"), value: "[1ms, 2ms]" }]), {
    message:
      /^mine.yaml: behaviours.others.thinkTime.uniform cannot be set to .*: .* is \*thinking: set the field where/,
  });
});

test("what cannot be set is refused with the file and the field", () => {
  const refused = (path: string[], value: string): string => {
    try {
      changeScenario(loaded, [{ path, value }]);
    } catch (error) {
      assert.ok(error instanceof ScenarioError);
      return error.problems.join("\n");
    }
    return assert.fail("it was set");
  };
  assert.match(refused(["task", "workTime"], "[5ms"), /^mine.yaml: task.workTime cannot be set to \[5ms: /);
  assert.match(refused(["name", "first"], "x"), /^mine.yaml: name.first cannot be set to x: /);
  assert.match(refused(["task", "wrkTime"], "5ms"), /^mine.yaml with the changes:\d+: task.wrkTime: unknown key/);
  assert.match(refused(["task", "workTime"], "soon"), /^mine.yaml with the changes:\d+: task.workTime: /);
  assert.throws(
    () => changeScenario({ ...loaded, path: "mine.mjs" }, [{ path: ["name"], value: "x" }]),
    /mine.mjs: is a module: change its fields in its own code/,
  );
});
