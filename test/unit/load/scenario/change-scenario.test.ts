import assert from "node:assert/strict";
import { test } from "node:test";
import { isAlias, isNode, isPair, isScalar, parse, parseDocument, visit } from "yaml";
import {
  changeScenario,
  loadScenario,
  parseScenario,
  shippedScenarios,
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

function loadedFrom(text: string): LoadedScenario {
  return { scenario: parseScenario(text, "mine.yaml"), path: "mine.yaml", text, isRepeatable: true };
}
const loaded = loadedFrom(TEXT);

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

/** The paths of all values with an anchor, or of all behaviours that have one inside. */
function anchoredPaths(text: string): string[][] {
  const paths: string[][] = [];
  visit(parseDocument(text), (_, node, ancestors) => {
    if (!isNode(node) || isAlias(node) || node.anchor === undefined) return;
    paths.push(ancestors.flatMap((each) => (isPair(each) && isScalar(each.key) ? [String(each.key.value)] : [])));
  });
  return paths;
}

/** The data of `text` with the value at the path replaced. Parts that aliases repeat are copies. */
function dataWith(text: string, path: readonly string[], value: unknown): unknown {
  const data = structuredClone(JSON.parse(JSON.stringify(parse(text))) as Record<string, unknown>);
  let parent = data;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  parent[path.at(-1) ?? ""] = value;
  return data;
}

for (const name of shippedScenarios()) {
  const shipped = loadScenario(name);
  for (const path of anchoredPaths(shipped.text)) {
    test(`the anchored ${path.join(".")} of ${name} can be set, and so can what it is in; aliases keep the value`, () => {
      const value = path.at(-1) === "thinkTime" ? "70ms" : 7;
      const changed = changeScenario(shipped, [{ path, value: String(value) }]);
      assert.deepEqual(parse(changed.text), dataWith(shipped.text, path, value));
      const around = path.slice(0, -1);
      const old = around.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], parse(shipped.text));
      const behaviour = { ...(old as object), thinkTime: "1s" };
      const without = changeScenario(shipped, [{ path: around, value: JSON.stringify(behaviour) }]);
      assert.deepEqual(parse(without.text), dataWith(shipped.text, around, behaviour));
    });
  }
}

test("anchors inside anchors, of one name, and before what they are in keep what their aliases stand for", () => {
  const behaviours = `behaviours:
  first: &all { weight: &weight 0.25, actions: &same 3, thinkTime: &same 10ms }
  second: { weight: *weight, actions: 1, thinkTime: *same }
  third: *all
  fourth: { weight: *weight, actions: &same 2, thinkTime: 1ms }
`;
  const text = TEXT.replace(/behaviours:[^]*(?=thresholds:)/, behaviours);
  const { text: changed } = changeScenario(loadedFrom(text), [
    { path: ["behaviours", "first"], value: "{ weight: 0.25, actions: 9, thinkTime: 5ms }" },
  ]);
  const expected = dataWith(text, ["behaviours", "first"], { weight: 0.25, actions: 9, thinkTime: "5ms" });
  assert.deepEqual(parse(changed), expected);
  const { text: again } = changeScenario(loadedFrom(changed), [
    { path: ["behaviours", "second"], value: "{ weight: 0.25, actions: 9, thinkTime: 5ms }" },
    { path: ["behaviours", "third", "thinkTime"], value: "{ uniform: [1ms, 2ms] }" },
  ]);
  const second = dataWith(JSON.stringify(expected), ["behaviours", "second"], {
    weight: 0.25,
    actions: 9,
    thinkTime: "5ms",
  });
  assert.deepEqual(
    parse(again),
    dataWith(JSON.stringify(second), ["behaviours", "third", "thinkTime"], { uniform: ["1ms", "2ms"] }),
  );
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
