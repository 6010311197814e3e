/** `runScenario`: what a compiler would refuse is refused, and the command that runs it again can be copied. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { defineScenario, type ScenarioInput } from "../../../dist/load/scenario/index.js";
import { runScenario, type RunScenarioOptions } from "../../../dist/index.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { assertTagsAddUp } from "../../support/results/tagged.js";

const few = (more: Partial<ScenarioInput> = {}): ScenarioInput =>
  defineScenario({
    name: "few",
    description: "a few workers",
    incident: "none",
    arrivals: { stages: [{ duration: "1s", target: 5 }] },
    task: { blueprint: "chat", liveUpdateTimeout: "1s", submissionTimeout: "1s" },
    behaviours: { all: { weight: 1, actions: 1, thinkTime: "10ms" } },
    drainTimeout: "1s",
    ...more,
  });

test("an option that there is none of, or a value that means nothing, is refused before anything is written", async (t) => {
  const results = join(temporaryDirectory(t), "results");
  const refused: readonly (readonly [options: object, error: Error])[] = [
    [{ engine: "virtul" }, new RangeError('engine must be threads or virtual, not "virtul"')],
    [{ mailbox: "foo" }, new RangeError('mailbox must be sound or reference, not "foo"')],
    [{ threads: 1 }, new RangeError("threads must be a whole number from 2 to 24, not 1")],
    [{ duration: "1s" }, new TypeError('runScenario has no option "duration"; did you mean "durationMs"?')],
    [{ virtual: true }, new TypeError('runScenario has no option "virtual"')],
    [{ onProgress: Promise.resolve() }, new TypeError("onProgress must be a function, not a promise")],
    [{ signal: null }, new TypeError("signal must be an AbortSignal, not null")],
  ];
  for (const [options, error] of refused)
    await assert.rejects(runScenario(few(), { ...(options as RunScenarioOptions), results }), error);
  assert.ok(!existsSync(results));
});

test("two runs begun in one second have directories of their own, and say how to run them again, blanks and all", async (t) => {
  const results = join(temporaryDirectory(t), "my results");
  const [first, second] = [
    await runScenario(few(), { engine: "virtual", results, seed: 3 }),
    await runScenario(few(), { engine: "virtual", results, seed: 3 }),
  ];
  assert.notEqual(first.directory, second.directory);
  assert.equal(first.summary.reproduce, `simulate --scenario '${first.directory}/scenario.yaml' --seed 3 --virtual`);
  assert.match(readFileSync(join(first.directory, "scenario.yaml"), "utf8"), /name: few/);
});

for (const engine of ["virtual", "threads"] as const) {
  test(`what onProgress throws or rejects with is what the run rejects with (${engine})`, async (t) => {
    const results = temporaryDirectory(t);
    const thrown = new Error("no luck");
    const throwing = (): void => {
      throw thrown;
    };
    const rejecting = (() => Promise.reject(thrown)) as () => void;
    for (const onProgress of [throwing, rejecting])
      await assert.rejects(runScenario(few(), { engine, results, onProgress }), thrown);
  });
}

for (const engine of ["virtual", "threads"] as const) {
  test(`behaviours and phases divide a run, also one whose threads and database have faults (${engine})`, async (t) => {
    const sends = { actions: 6, thinkTime: "100ms" };
    const disconnect: NonNullable<NonNullable<ScenarioInput["behaviours"]>[string]["disconnect"]> = {
      window: ["300ms", "700ms"],
      name: "storm",
      reconnect: { probability: 0.7, after: "100ms" },
    };
    const scenario = few({
      arrivals: { startRate: 40, stages: [{ duration: "1s", target: 40 }] },
      behaviours: {
        dropping: { weight: 0.4, ...sends, disconnect },
        staying: { weight: 0.4, ...sends },
        returning: { weight: 0.2, thinkTime: "50ms", return: { afterActions: 1 } },
      },
      faults: [
        { kind: "stall-database", window: ["400ms", "400ms"], lasts: "200ms" },
        { kind: "kill-thread", window: ["800ms", "800ms"], thread: "task" },
      ],
      drainTimeout: "20s",
      thresholds: { "reconnects{behaviour:dropping}": ["count>0"], "reconnects{behaviour:staying}": ["count==0"] },
    });
    const { summary } = await runScenario(scenario, { engine, results: temporaryDirectory(t), threads: 4 });
    assertTagsAddUp(summary);
    const { tagged, thresholds } = summary;
    assert.deepEqual(
      tagged?.phases.map(({ phase, span }) => `${phase} ${span}`),
      [
        ...["before storm", "during storm", "after storm"],
        ...["before stall-database", "during stall-database", "after stall-database"],
        ...["before kill-thread", "after kill-thread"],
      ],
    );
    assert.deepEqual(
      thresholds.map(({ metric, passed }) => [metric, passed]),
      [
        ["reconnects{behaviour:dropping}", true],
        ["reconnects{behaviour:staying}", true],
      ],
    );
  });
}

test("a file with environment variables is run again from the scenario that the run keeps", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "few.yaml");
  const data = few({ name: "${CROWDSTORM_TEST_NAME:-few}" });
  writeFileSync(file, JSON.stringify(data));
  const results = join(directory, "results");
  const run = await runScenario(file, { engine: "virtual", results });
  assert.equal(run.summary.reproduce, `simulate --scenario ${run.directory}/scenario.yaml --virtual --seed 1`);
  writeFileSync(file, JSON.stringify({ ...data, name: "few" }));
  const same = await runScenario(file, { engine: "virtual", results });
  assert.equal(same.summary.reproduce, `simulate --scenario ${file} --virtual --seed 1`);
});
