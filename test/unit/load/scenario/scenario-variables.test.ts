/** Environment variables in the text of a scenario. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import {
  changeScenario,
  loadScenario,
  parseScenario,
  replaceVariables,
  scenarioFrom,
  ScenarioError,
} from "../../../../dist/load/scenario/index.js";
import { EXAMPLE } from "../../../support/scenario/example.js";

const replaced = (text: string, environment: Record<string, string> = {}): unknown =>
  parse(replaceVariables(text, "x.yaml", environment));

function problemsOf(text: string, environment: Record<string, string> = {}): readonly string[] {
  try {
    replaceVariables(text, "x.yaml", environment);
  } catch (error) {
    assert.ok(error instanceof ScenarioError);
    return error.problems;
  }
  return [];
}

test("a variable has its value, or its default when it is not set or empty", () => {
  const text = "a: ${A}\nb: ${B:-20s}\nc: ${C:-30s}\nd: ${D:-40s}";
  assert.deepEqual(replaced(text, { A: "10s", B: "", D: "44s" }), { a: "10s", b: "20s", c: "30s", d: "44s" });
});

test("what is not quoted is read as YAML: a number is one, in a list or a mapping as well; what is quoted is text", () => {
  const text = `plain: \${N}\nflow: { n: \${N}, list: [\${N}, x\${N}y] }\ndouble: "\${N}"\nsingle: '\${N}'\n\${K}: key`;
  assert.deepEqual(replaced(text, { N: "7", K: "name" }), {
    plain: 7,
    flow: { n: 7, list: [7, "x7y"] },
    double: "7",
    single: "7",
    name: "key",
  });
});

test("a value never becomes a list, a mapping, a comment or another key", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii" }), (value) => {
      fc.pre(!value.includes("${"));
      const { flow, block, double, single, after } = replaced(
        "flow: { x: ${V} }\nblock: ${V}\ndouble: \"${V}\"\nsingle: '${V}'\nafter: here",
        { V: value },
      ) as Record<string, unknown>;
      const asText = (read: unknown): void => {
        // A number, a boolean or null that YAML reads in a plain value.
        if (typeof read === "string") assert.equal(read, value);
        else assert.ok(read === null || ["number", "boolean", "bigint"].includes(typeof read), JSON.stringify(read));
      };
      asText((flow as { x: unknown }).x);
      asText(block);
      assert.deepEqual([double, single, after], [value, value, "here"]);
    }),
    { numRuns: 300 },
  );
});

test("in a comment it means nothing, and the lines of the text stay where they are", () => {
  const text = "# ${NOT_SET}\na: 1 # ${NOT_SET:-x}\n\n\nlong: >-\n  one ${V}\n  two\nb: ${V}\n";
  const result = replaceVariables(text, "x.yaml", { V: "v" });
  assert.equal(result, "# ${NOT_SET}\na: 1 # ${NOT_SET:-x}\n\n\nlong: >-\n  one v\n  two\nb: v\n");
  const nothing = "a: 1 # 5 $ {x}\n";
  assert.equal(replaceVariables(nothing, "x.yaml", {}), nothing);
});

test("what cannot be replaced is refused with its line: every one of them", () => {
  assert.deepEqual(problemsOf("a: ${ONE}\nb:\n  - ${TWO}\n  - ${3}\nc: ${FOUR-x}\nd: ${five"), [
    "x.yaml:1: the environment variable ONE is not set: set it, or write a default as in ${ONE:-10}",
    "x.yaml:3: the environment variable TWO is not set: set it, or write a default as in ${TWO:-10}",
    "x.yaml:4: ${3} is no variable: expected ${NAME} or ${NAME:-default}",
    "x.yaml:5: ${FOUR-x} is no variable: expected ${NAME} or ${NAME:-default}",
    "x.yaml:6: ${five is no variable: expected ${NAME} or ${NAME:-default}",
  ]);
  for (const value of ["a\nb", "a\u0000", "${OTHER}"])
    assert.match(
      problemsOf("a: ${V}", { V: value })[0] ?? "",
      /^x\.yaml:1: the environment variable V has a line break/,
    );
  assert.deepEqual(problemsOf("a: ${toString}").length, 1, "a name that every object inherits is not set");
});

test("a scenario file is loaded with them, its text has the values, and a change can have one", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "mine.yaml");
  writeFileSync(file, EXAMPLE.replaceAll("50", "${CROWDSTORM_TEST_RATE:-40}"));
  process.env["CROWDSTORM_TEST_RATE"] = "60";
  t.after(() => delete process.env["CROWDSTORM_TEST_RATE"]);
  const loaded = loadScenario(file);
  assert.match(loaded.text, /duration: 2s, target: 60 /);
  assert.deepEqual(parseScenario(loaded.text, file), loaded.scenario);
  const changed = changeScenario(loaded, [{ path: ["seed"], value: '"${CROWDSTORM_TEST_SEED:-9}"' }]);
  assert.ok(!changed.text.includes("${"));
});

test("other texts have none: what comes from elsewhere cannot read the environment", () => {
  const text = EXAMPLE.replace("A scenario to break", "${HOME}");
  assert.equal(parseScenario(text, "x.yaml").description, "${HOME}");
  const input = parse(text) as Parameters<typeof scenarioFrom>[0];
  assert.throws(
    () => scenarioFrom(input, "a program"),
    /^ScenarioError: a program: "\$\{" stands for an environment variable/,
  );
});
