/** The workflow of this repository: GitHub's parser accepts it, and its own steps run. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { parseResult } from "../../../dist/bench/index.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { problemsOf, runStep, type Step, type StepResult } from "../../support/ci/github.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const text = readFileSync(join(root, ".github/workflows/ci.yml"), "utf8");
const { jobs } = parse(text) as { jobs: Record<string, { steps: Step[] }> };
const steps = Object.values(jobs).flatMap((job) => job.steps);

test("GitHub accepts the workflow", () => {
  assert.deepEqual(problemsOf("workflow", "ci.yml", text), []);
  assert.notDeepEqual(
    problemsOf("workflow", "ci.yml", text.replace("runs-on", "run-on")),
    [],
    "the parser finds errors",
  );
});

test("it passes only inputs that the action has", () => {
  const { inputs } = parse(readFileSync(join(root, "action.yml"), "utf8")) as { inputs: Record<string, unknown> };
  const uses = steps.filter(({ uses: action }) => action === "./");
  assert.ok(uses.length > 0);
  for (const step of uses) for (const name of Object.keys(step.with ?? {})) assert.ok(name in inputs, name);
});

test("it runs what a check of this repository runs", () => {
  assert.ok(steps.some(({ run }) => run === ".ci/run"));
  assert.ok(existsSync(join(root, ".ci/run")));
});

/** Runs a step of the workflow in a directory with the baseline. `script` replaces `npx simulate`. */
function runNamed(t: TestContext, name: string, script: string): Promise<StepResult & { cwd: string }> {
  const step = steps.find((candidate) => candidate.name === name);
  assert.ok(step !== undefined, name);
  const directory = temporaryDirectory(t);
  const [cwd, bin] = [join(directory, "checkout"), join(directory, "bin")];
  mkdirSync(join(cwd, "results"), { recursive: true });
  mkdirSync(bin);
  symlinkSync(join(root, "results/baseline"), join(cwd, "results/baseline"));
  writeFileSync(join(bin, "npx"), `#!/bin/bash\nset -e\nshift\n${script}\n`, { mode: 0o755 });
  const contexts = { github: { event: { pull_request: { base: { sha: "0123abc" } } } } };
  return runStep(step, contexts, cwd, { PATH: `${bin}:${process.env["PATH"] ?? ""}` }).then((result) => ({
    ...result,
    cwd,
  }));
}

test("the gate against the base commit has the verdict of the step, and writes the job's summary", async (t) => {
  const { code, summary, log } = await runNamed(
    t,
    "Against the base commit, in turn",
    'echo "$*"; echo "slower: $3" > against.md; exit 99',
  );
  assert.equal(code, 99);
  assert.equal(log, "bench --against 0123abc --markdown against.md --junit against.xml\n");
  assert.equal(summary, "slower: 0123abc\n");
});

test("the gate against the baseline of ratios", async (t) => {
  // A measurement takes a minute; the baseline replaces it here.
  const simulate = `exec "${process.execPath}" "${join(root, "dist/cli/main.js")}" "$@"`;
  const script = `if [ "$1" = bench ]; then cp results/baseline/bench.json now.json; else ${simulate}; fi`;
  const { code, summary, log, cwd } = await runNamed(t, "Against the baseline of ratios", script);
  assert.equal(code, 0, log);
  assert.match(summary, /^### Comparison\n\n0 slower, 0 faster/);
  for (const file of ["baseline.xml", "benchmark.json"]) assert.ok(existsSync(join(cwd, file)), file);
});

test("the baseline has ratios to floors, and no absolute times", () => {
  const path = join(root, "results/baseline/bench.json");
  const { figures } = parseResult(readFileSync(path, "utf8"), path);
  assert.ok(figures.length > 0);
  for (const { name, unit, floor, rounds } of figures) {
    assert.equal(unit, "ratio", name);
    assert.equal(floor, null);
    assert.ok(rounds.length >= 9, `${name} has ${rounds.length} rounds`);
  }
});
