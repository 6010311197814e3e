/** Scenarios that modules make. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  defineScenario,
  openScenario,
  parseScenario,
  ScenarioError,
  type ScenarioInput,
} from "../../../../dist/load/scenario/index.js";

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
  const { arrivals } = loaded.scenario;
  assert.deepEqual(arrivals && "stages" in arrivals && arrivals.stages.map(({ target }) => target), [10, 20, 40]);
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

/** A scenario with `fields` in place of those of a sound one. */
const withFields = (fields: string): string =>
  `${STORM.replace("export default", "const sound =")}export default { ...sound, ${fields} };\n`;

const odd: readonly (readonly [what: string, text: string, expected: RegExp])[] = [
  ["text", 'throw "no file of rates";', /cannot be imported: no file of rates$/],
  ["nothing", "throw undefined;", /cannot be imported: undefined was thrown$/],
  ["null", "throw null;", /cannot be imported: null was thrown$/],
  ["a symbol", "throw Symbol();", /cannot be imported: a symbol was thrown$/],
  [
    "an object of which nothing can be read",
    "throw new Proxy({}, { get() { throw 1; } });",
    /cannot be imported: .* was thrown$/,
  ],
  ["an error of several lines", 'throw new Error("a\\n  b");', /cannot be imported: a b$/],
  ["a function, exported", "export default () => ({});", /: must be plain data, not a function$/],
  ["null, exported", "export default null;", /: must be a mapping of keys to values, not null$/],
  ["a Proxy, exported", "export default new Proxy({}, {});", /: must be plain data, not a Proxy$/],
  ["a getter that throws", withFields('get seed() { throw Symbol("s"); }'), /: cannot be read: a symbol was thrown$/],
  ["a bigint", withFields("seed: 5n"), /: seed: must be plain data, not 5n$/],
  ["NaN", withFields("seed: NaN"), /: seed: must be plain data, not NaN$/],
  ["a Map", withFields("behaviours: new Map()"), /: behaviours: must be plain data, not an object of the class Map$/],
  [
    "a promise",
    withFields("behaviours: { all: Promise.resolve() }"),
    /: behaviours\.all: must be plain data, not a promise$/,
  ],
  [
    "a key that sets a prototype",
    withFields('behaviours: { ["__proto__"]: {} }'),
    /: behaviours: no key can be called "__proto__"$/,
  ],
  [
    "what contains itself",
    "const a = {}; a.a = a; export default a;",
    /: a: contains itself, or has more than 100 levels$/,
  ],
  [
    "what multiplies",
    "let a = [1]; for (let n = 0; n < 40; n++) a = [a, a]; export default { a };",
    /: has more than 2000000 values$/,
  ],
];
for (const [index, [what, text, expected]] of odd.entries()) {
  test(`a module that throws or exports ${what} is refused with one line`, async () => {
    await assert.rejects(openScenario(written(`odd-${index}.mjs`, text)), (error) => {
      assert.ok(error instanceof ScenarioError, String(error));
      assert.match(error.message, expected);
      assert.match(error.message, /^[^\n]*odd-\d+\.mjs(:1)?: [^\n]*$/);
      return true;
    });
  });
}

test("what a module exports is read once, and is kept as it was read", async () => {
  const path = written(
    "counts.mjs",
    withFields("get seed() { return (globalThis.reads = (globalThis.reads ?? 0) + 1); }"),
  );
  const { scenario, text } = await openScenario(path);
  assert.equal(scenario.seed, parseScenario(text, "kept.yaml").seed);
});

test("values that a module shares are kept as often as they are used", async () => {
  const stage = '{ duration: "1ms", target: 5000 }';
  const path = written("shared.mjs", withFields(`arrivals: { stages: new Array(500).fill(${stage}) }`));
  const { scenario, text } = await openScenario(path);
  assert.deepEqual(parseScenario(text, "kept.yaml"), scenario);
});

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
