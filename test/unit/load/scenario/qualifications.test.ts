/** Qualifications: who of a scenario's workers holds which, and what is refused as a requirement. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildPlan,
  parseScenario,
  planHash,
  ScenarioError,
  toScenarioWorker,
  type WorkerPlan,
} from "../../../../dist/load/scenario/index.js";
import { EXAMPLE } from "../../../support/scenario/example.js";

const HELD = `qualifications:
  language: { share: 0.7, value: { uniform: [40, 100] } }
  blocked: { share: 0.05 }
`;
const asking = (...requirements: string[]): string =>
  EXAMPLE.replace(
    "  blueprint: chat\n",
    `  blueprint: chat\n  qualifications:\n${requirements.map((each) => `    - ${each}\n`).join("")}`,
  );

function workersOf(text: string, workers = 2000): WorkerPlan[] {
  const plan = buildPlan(parseScenario(text, "x.yaml"), { seed: 3, workers });
  return Array.from({ length: workers }, (_, index) => plan.worker(index));
}

test("the share of workers who hold a qualification, and its values, are the scenario's", () => {
  const workers = workersOf(EXAMPLE + HELD);
  const held = workers.flatMap(({ qualifications }) => qualifications?.["language"] ?? []);
  assert.ok(Math.abs(held.length / workers.length - 0.7) < 0.03, String(held.length));
  assert.deepEqual([Math.min(...held), Math.max(...held)], [40, 100]);
  const blocked = workers.flatMap(({ qualifications }) => qualifications?.["blocked"] ?? []);
  assert.ok(Math.abs(blocked.length / workers.length - 0.05) < 0.02, String(blocked.length));
  assert.ok(blocked.every((value) => value === 1));
});

test("a worker's other plans, and its other qualifications, stay as they are when one is added", () => {
  const without = workersOf(EXAMPLE, 200);
  const one = workersOf(`${EXAMPLE}qualifications:\n  language: { share: 0.7, value: { uniform: [40, 100] } }\n`, 200);
  const both = workersOf(EXAMPLE + HELD, 200);
  for (const [index, worker] of both.entries()) {
    const { qualifications, ...rest } = worker;
    assert.deepEqual(rest, without[index]);
    assert.equal(qualifications?.["language"], one[index]?.qualifications?.["language"]);
  }
});

test("what workers hold is in the plan's hash, in whatever order it is written", () => {
  const hashOf = (qualifications: string): string => {
    const workers = `workers: [{ arriveAt: 0s, qualifications: ${qualifications}, task: { end: { kind: submit, at: 1s } } }]\n`;
    return planHash(buildPlan(parseScenario(EXAMPLE + HELD + workers, "x.yaml")));
  };
  assert.equal(hashOf("{ language: 50, blocked: 1 }"), hashOf("{ blocked: 1, language: 50 }"));
  const different = [
    "{ language: 50, blocked: 1 }",
    "{ language: 51, blocked: 1 }",
    "{ language: 50 }",
    "{ blocked: 50 }",
  ].map(hashOf);
  assert.equal(new Set(different).size, different.length);
});

test("workers who are written out hold what they held", () => {
  const workers = workersOf(EXAMPLE + HELD, 50);
  const written = `${EXAMPLE}${HELD}workers: ${JSON.stringify(workers.map(toScenarioWorker))}\n`;
  const plan = buildPlan(parseScenario(written, "x.yaml"));
  assert.deepEqual(
    workers.map(({ index }) => plan.worker(index)),
    workers,
  );
});

/** Texts that are not valid, and the first thing said about them. */
const BROKEN: readonly (readonly [text: string, problem: string])[] = [
  [
    asking("{ name: language, comparator: Exists }"),
    "x.yaml:13: task.qualifications[0].name: is no qualification of this scenario; the scenario has no qualifications",
  ],
  [
    asking("{ name: langage, comparator: Exists }") + HELD,
    'x.yaml:13: task.qualifications[0].name: is no qualification of this scenario; did you mean "language"?',
  ],
  [
    asking("{ name: height, comparator: Exists }") + HELD,
    "x.yaml:13: task.qualifications[0].name: is no qualification of this scenario; there are language, blocked",
  ],
  [
    asking("{ name: language, comparator: AtLeast, value: 5 }") + HELD,
    "x.yaml:13: task.qualifications[0].comparator: must be Exists, DoesNotExist, EqualTo, NotEqualTo, GreaterThan, " +
      'GreaterThanOrEqualTo, LessThan, LessThanOrEqualTo, In or NotIn, not "AtLeast"',
  ],
  [
    asking("{ name: language, comparator: LessThan }") + HELD,
    "x.yaml:13: task.qualifications[0].value: is missing: must be a whole number",
  ],
  [
    asking("{ name: language, comparator: In, value: 5 }") + HELD,
    "x.yaml:13: task.qualifications[0].value: must be a list of whole numbers, not 5",
  ],
  [
    asking("{ name: language, comparator: Exists, value: 5 }") + HELD,
    "x.yaml:13: task.qualifications[0].value: unknown key; there are name, comparator",
  ],
  [
    `${EXAMPLE}qualifications:\n  onboarding-passed: { share: 1 }\n`,
    "x.yaml:45: qualifications: has onboarding-passed, which the onboarding itself grants: passRate is the share of workers who get it",
  ],
  [
    `${EXAMPLE}${HELD}workers: [{ arriveAt: 0s, qualifications: { blockd: 1 } }]\n`,
    'x.yaml:48: workers[0].qualifications.blockd: is no qualification of this scenario; did you mean "blocked"?',
  ],
];
for (const [text, problem] of BROKEN) {
  test(`refused: ${problem}`, () => {
    assert.throws(
      () => parseScenario(text, "x.yaml"),
      (error) => {
        assert.ok(error instanceof ScenarioError);
        assert.equal(error.problems[0], problem);
        return true;
      },
    );
  });
}
