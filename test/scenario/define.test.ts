/** Scenarios that modules make. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { defineScenario, openScenario, parseScenario, type ScenarioInput } from "../../dist/scenario/index.js";

const folder = mkdtempSync(join(tmpdir(), "crowdstorm-define-"));
after(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const STORM = `const waves = Array.from({ length: 3 }, (_, wave) => ({ duration: "1s", target: 10 * 2 ** wave }));
export default {
  name: "waves", description: "three waves", incident: "none",
  arrivals: { startRate: undefined, stages: waves },
  task: { blueprint: "chat", liveUpdateTimeout: "1s", submissionTimeout: "1s" },
  behaviours: { all: { weight: 1, actions: 2, thinkTime: { normal: { mean: "50ms", sd: "5ms" } } } },
  drainTimeout: "2s",
};
`;

test("a module's default export is a scenario, with what it computed", async () => {
  const path = written("storm.mjs", STORM);
  const loaded = await openScenario(path);
  assert.deepEqual(
    loaded.scenario.arrivals.stages.map(({ target }) => target),
    [10, 20, 40],
  );
  assert.equal(loaded.path, path);
  assert.deepEqual(
    parseScenario(loaded.text, "kept.yaml"),
    loaded.scenario,
    "the text that a run keeps is the same scenario",
  );
});

test("a file and a name are opened as they are loaded", async () => {
  assert.equal((await openScenario("steady")).scenario.name, "steady");
  await assert.rejects(openScenario("stedy"), { name: "ScenarioError", message: /did you mean "steady"/ });
});

const refused: readonly (readonly [what: string, name: string, text: string, expected: RegExp])[] = [
  [
    "a scenario that is not valid, field by field",
    "wrong.mjs",
    STORM.replace('"1s", target', '"-1s", target').replace("weight: 1", "weight: 0.5"),
    /^.*wrong\.mjs: arrivals\.stages\[0\]\.duration: must be 0 or more, not "-1s"\n(.*\n)*.*behaviours: the weights must sum to 1, not 0\.5/,
  ],
  [
    "a module without a default export",
    "named.mjs",
    "export const scenario = {};",
    /named\.mjs: has no default export/,
  ],
  ["a module that throws", "throws.mjs", 'throw new Error("no luck");', /throws\.mjs:1: cannot be imported: no luck$/],
  [
    "a module that is none",
    "syntax.mjs",
    "export default {\n  name: ;\n};\n",
    /syntax\.mjs:2: cannot be imported: Unexpected token ';'$/,
  ],
];

for (const [what, name, text, expected] of refused) {
  test(`${what} is refused`, async () => {
    await assert.rejects(openScenario(written(name, text)), { name: "ScenarioError", message: expected });
  });
}

test("a module that is not there is refused", async () => {
  await assert.rejects(openScenario(join(folder, "none.mjs")), {
    name: "ScenarioError",
    message: /none\.mjs: no such file$/,
  });
});

test("TypeScript is imported where Node can, and refused with what to do where it cannot", async () => {
  const path = written("typed.mts", STORM.replace("length: 3", "length: 3 as number"));
  if ("typescript" in process.features && process.features.typescript) {
    assert.equal((await openScenario(path)).scenario.name, "waves");
  } else {
    await assert.rejects(openScenario(path), {
      name: "ScenarioError",
      message: /cannot import TypeScript: compile it first \(npx tsc .*typed\.mts\)/,
    });
  }
});

test("defineScenario returns what it was given", () => {
  const scenario: ScenarioInput = {
    name: "typed",
    description: "d",
    incident: "i",
    arrivals: { stages: [{ duration: "1s", target: 1 }] },
    task: { blueprint: "static", liveUpdateTimeout: "1s", submissionTimeout: "1s" },
    behaviours: { all: { weight: 1, actions: 0, thinkTime: { uniform: ["1ms", "2ms"] } } },
    drainTimeout: "1s",
  };
  assert.equal(defineScenario(scenario), scenario);
  // @ts-expect-error -- a duration is text with a unit
  defineScenario({ ...scenario, drainTimeout: 5 });
});
