/**
 * The JSON Schema of scenario files: it is up to date, and an editor that uses it agrees with the loader as far as it
 * can.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import {
  loadScenario,
  readCatalogue,
  SCENARIO_SCHEMA,
  scenarioCatalogue,
  scenarioJsonSchema,
  shippedScenarios,
} from "../../../../dist/load/scenario/index.js";

const accepts = new Ajv({ strict: false, allErrors: true }).compile(scenarioJsonSchema() as object);

/** A scenario that is valid before `change`. */
function changed(change: (scenario: Record<string, Record<string, unknown>>) => void): unknown {
  const scenario = parse(loadScenario("disconnect-storm").text) as Record<string, Record<string, unknown>>;
  change(scenario);
  return scenario;
}

test("the committed schema is the generated one (npm run schema writes it)", () => {
  assert.deepEqual(JSON.parse(readFileSync(SCENARIO_SCHEMA, "utf8")), scenarioJsonSchema());
});

test("the committed catalogue is the generated one (npm run schema writes it)", () => {
  assert.deepEqual(readCatalogue(), scenarioCatalogue());
});

for (const name of shippedScenarios()) {
  test(`${name} refers to the schema and is valid by it`, () => {
    const { text } = loadScenario(name);
    assert.equal(text.split("\n", 1)[0], "# yaml-language-server: $schema=./scenario.schema.json");
    assert.ok(accepts(parse(text)), JSON.stringify(accepts.errors));
  });
}

const refused: readonly (readonly [what: string, scenario: unknown])[] = [
  ["a missing field", changed((scenario) => delete scenario["drainTimeout"])],
  [
    "an unknown field",
    changed((scenario) => {
      scenario["task"] = { ...scenario["task"], bluprint: "chat" };
    }),
  ],
  [
    "a duration without a unit",
    changed((scenario) => {
      scenario["task"] = { ...scenario["task"], liveUpdateTimeout: "3" };
    }),
  ],
  [
    "a probability above 1",
    changed((scenario) => {
      scenario["behaviours"] = { all: { weight: 2, actions: 1, thinkTime: "1s" } };
    }),
  ],
  [
    "two ends of a worker",
    changed((scenario) => {
      scenario["behaviours"] = { all: { weight: 1, actions: 1, idle: { afterActions: 1 }, thinkTime: "1s" } };
    }),
  ],
  [
    "two distributions at once",
    changed((scenario) => {
      scenario["behaviours"] = {
        all: { weight: 1, actions: { uniform: [1, 2], exponential: { mean: 1 } }, thinkTime: "1s" },
      };
    }),
  ],
  [
    "an unknown metric",
    changed((scenario) => {
      scenario["thresholds"] = { live_update_latncy: ["p(99)<5"] };
    }),
  ],
];

for (const [what, scenario] of refused) {
  test(`${what} is refused`, () => assert.equal(accepts(scenario), false));
}
