/** The composite action: GitHub's parser accepts it, and its steps run as in a runner. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { interpolate, problemsOf, runStep, type Step, type StepResult } from "../../support/ci/github.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const text = readFileSync(join(root, "action.yml"), "utf8");
const action = parse(text) as {
  inputs: Record<string, { default?: string; required?: boolean; description: string }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: Step[] };
};

const QUICK = { scenario: "steady", options: "--workers 20 --virtual --quiet" };

/** Runs the action's steps with these inputs, until one fails. */
async function act(
  t: TestContext,
  inputs: Readonly<Record<string, string>>,
  actionPath = root,
): Promise<StepResult & { cwd: string; results: string }> {
  const cwd = temporaryDirectory(t);
  const given = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: otherwise = "" }]) => [name, inputs[name] ?? otherwise]),
  );
  const steps: Record<string, { outputs: Record<string, string> }> = {};
  let last: StepResult | undefined;
  for (const step of action.runs.steps.filter(({ run }) => run !== undefined)) {
    last = await runStep(step, { inputs: given, steps }, cwd, { GITHUB_ACTION_PATH: actionPath });
    if (step.id !== undefined) steps[step.id] = { outputs: { ...last.outputs } };
    if (last.code !== 0) break;
  }
  assert.ok(last !== undefined);
  assert.equal(
    interpolate(action.outputs["exit-code"]?.value ?? "", { steps, inputs: given }),
    last.outputs["exit-code"],
  );
  return { ...last, cwd, results: join(cwd, given["results"] ?? "") };
}

test("GitHub accepts the action", () => {
  assert.deepEqual(problemsOf("action", "action.yml", text), []);
  assert.notDeepEqual(
    problemsOf("action", "action.yml", text.replace("using: composite", "using: compsite")),
    [],
    "the parser finds errors",
  );
});

test("scripts receive inputs as variables, so that no value is executed", () => {
  for (const { run = "" } of action.runs.steps) assert.doesNotMatch(run, /\$\{\{/);
});

const CACHE = "actions/cache";

/** The steps in their order: by the action that they use, by what they install, or by their ids. */
function usesIn(steps: readonly Step[]): string[] {
  return steps.flatMap(({ uses, run, id }) => uses ?? (run?.includes("install-program.sh") ? "install" : (id ?? [])));
}

test("the program is in the cache before a run can fail, and is saved only when it was not there", () => {
  const { steps } = action.runs;
  const order = [`${CACHE}/restore@v4`, "install", `${CACHE}/save@v4`, "run"];
  assert.deepEqual(
    usesIn(steps).filter((name) => order.includes(name)),
    order,
  );
  const [restore, save] = steps.filter(({ uses }) => uses?.startsWith(CACHE));
  assert.ok(restore?.if !== undefined && save?.if !== undefined);
  assert.deepEqual(save.with, restore.with);
  const isCarriedOut = (condition: string, key: string, hit: string): string =>
    interpolate(condition, { steps: { program: { outputs: { key } }, restored: { outputs: { "cache-hit": hit } } } });
  assert.equal(restore.id, "restored");
  for (const [key, hit, isRestored, isSaved] of [
    // What is in the folder already is of no cache.
    ["", "", "false", "false"],
    ["key", "", "true", "true"],
    ["key", "false", "true", "true"],
    ["key", "true", "true", "false"],
  ] as const) {
    assert.equal(isCarriedOut(restore.if, key, hit), isRestored);
    assert.equal(isCarriedOut(save.if, key, hit), isSaved);
  }
});

test("a cache is of the sources and of the optional packages", async (t) => {
  const directory = temporaryDirectory(t);
  for (const folder of ["scripts", "src"]) mkdirSync(join(directory, folder));
  writeFileSync(join(directory, "package-lock.json"), "{}");
  const step = action.runs.steps.find(({ id }) => id === "program");
  assert.ok(step !== undefined);
  const keyWith = async (words: string): Promise<string | undefined> => {
    const env = { GITHUB_ACTION_PATH: directory, RUNNER_OS: "Linux", RUNNER_ARCH: "X64" };
    const { code, log, outputs } = await runStep(step, { inputs: { "with-packages": words } }, directory, env);
    assert.equal(code, 0, log);
    return outputs["key"];
  };
  const keys = [await keyWith(""), await keyWith("otlp"), await keyWith("redis otlp")];
  assert.match(keys[0] ?? "", /^crowdstorm-Linux-X64-[0-9a-f]{64}$/);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(await keyWith("otlp"), keys[1]);
  writeFileSync(join(directory, "src/main.ts"), "changed");
  assert.notEqual(await keyWith("otlp"), keys[1]);
});

test("the documents save what a failed job leaves", () => {
  const documents = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  const examples = documents.flatMap((file) =>
    [...readFileSync(join(root, "docs", file), "utf8").matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
      .map(([, yaml = ""]) => ({ file, yaml }))
      .filter(({ yaml }) => yaml.includes(`uses: ${CACHE}`)),
  );
  assert.ok(examples.length > 0);
  for (const { file, yaml } of examples) {
    assert.deepEqual(problemsOf("workflow", file, workflowOf(yaml)), []);
    const steps = (parse(yaml) as Step[]).filter(({ uses }) => uses?.startsWith(CACHE));
    const [restore, save, ...others] = steps;
    assert.deepEqual([restore?.uses, save?.uses, others], [`${CACHE}/restore@v4`, `${CACHE}/save@v4`, []], file);
    assert.equal(save?.if, "always()");
    assert.deepEqual([save.with?.["key"], save.with?.["path"]], [restore?.with?.["key"], restore?.with?.["path"]]);
  }
});

/** A workflow of the steps. */
function workflowOf(steps: string): string {
  return `on: push\njobs:\n  load:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
}

test("a run that passes: its summary, its JUnit XML, its figures, its directory", async (t) => {
  const { code, log, summary, outputs, results } = await act(t, { ...QUICK, seed: "3", runs: "2" });
  assert.equal(code, 0, log);
  assert.deepEqual(outputs, { "exit-code": "0" });
  assert.match(summary, /^### ✓ steady: passed\n[\s\S]*--seed 3[\s\S]*### ✓ steady: passed\n[\s\S]*--seed 4/);
  for (const file of ["run-3.xml", "run-3.json", "run-4.xml", "run-4.json"])
    assert.ok(existsSync(join(results, file)), file);
  assert.equal(readdirSync(results, { withFileTypes: true }).filter((entry) => entry.isDirectory()).length, 2);
});

test("options can have several lines; an invalid results directory is reported in one line", async (t) => {
  const several = await act(t, { ...QUICK, options: "--workers 20\n  --virtual\n--quiet\n" });
  assert.equal(several.code, 0, several.log);
  assert.match(several.summary, /--workers 20 --virtual/);
  const nowhere = await act(t, { ...QUICK, results: "/dev/null/results" });
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.log, /^::error::the directory for results cannot be made: .*\n$/);
  assert.deepEqual(nowhere.outputs, { "exit-code": "1" });
});

test("a failed threshold fails the step, or warns", async (t) => {
  const scenario = join(temporaryDirectory(t), "failing.yaml");
  const steady = readFileSync(join(root, "scenarios/steady.yaml"), "utf8");
  writeFileSync(scenario, steady.replace('live_updates_lost: ["count==0"]', 'live_updates_lost: ["count>5"]'));
  assert.match(readFileSync(scenario, "utf8"), /count>5/);
  const failed = await act(t, { ...QUICK, scenario });
  assert.equal(failed.code, 99, failed.log);
  assert.deepEqual(failed.outputs, { "exit-code": "99" });
  assert.match(failed.log, /^::error::a threshold failed/m);
  assert.match(failed.summary, /failed \(exit 99\)/);
  const warned = await act(t, { ...QUICK, scenario, "on-threshold": "warn" });
  assert.equal(warned.code, 0, warned.log);
  assert.deepEqual(warned.outputs, { "exit-code": "99" });
  assert.match(warned.log, /^::warning::a threshold failed/m);
});

/**
 * The action's directory with a `simulate` whose runs end with these codes, in this order, and are then as the last.
 */
function scripted(t: TestContext, codes: readonly number[]): string {
  const directory = temporaryDirectory(t);
  for (const folder of ["dist/cli", "node_modules"]) mkdirSync(join(directory, folder), { recursive: true });
  symlinkSync(join(root, "scripts"), join(directory, "scripts"));
  const script = `
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
const told = ${JSON.stringify(join(directory, "told.txt"))};
appendFileSync(told, process.argv[2] === "compare" ? "compare\\n" : "run\\n");
const junit = process.argv.find((word) => word.startsWith("--junit="));
if (junit !== undefined) writeFileSync(junit.slice("--junit=".length), "<testsuites/>");
const codes = ${JSON.stringify(codes)};
process.exitCode = codes[readFileSync(told, "utf8").trim().split("\\n").length - 1] ?? codes.at(-1);
`;
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  writeFileSync(join(directory, "dist/cli/main.js"), script);
  return directory;
}

test("an inconclusive run warns, or fails the step; it is less grave than a failed threshold", async (t) => {
  const WARNING = /^::warning::1 of 1 runs inconclusive: /m;
  const warned = await act(t, QUICK, scripted(t, [97]));
  assert.equal(warned.code, 0, warned.log);
  assert.deepEqual(warned.outputs, { "exit-code": "97" });
  assert.match(warned.log, WARNING);
  const failed = await act(t, { ...QUICK, "on-inconclusive": "fail" }, scripted(t, [97]));
  assert.equal(failed.code, 97, failed.log);
  assert.match(failed.log, WARNING);
  for (const [codes, gravest] of [
    [[97, 99], 99],
    [[99, 97], 99],
    [[98, 97], 98],
    [[97, 1], 1],
    [[0, 97], 97],
  ] as const) {
    const { log, outputs } = await act(t, { ...QUICK, runs: "2" }, scripted(t, codes));
    assert.deepEqual(outputs, { "exit-code": String(gravest) });
    assert.match(log, /^::warning::1 of 2 runs inconclusive: /m);
  }
});

test("runs that are all inconclusive are compared with nothing", async (t) => {
  for (const [codes, compared] of [
    [[97, 97], false],
    [[97, 0, 0], true],
  ] as const) {
    const directory = scripted(t, codes);
    await act(t, { ...QUICK, runs: "2", baseline: directory }, directory);
    assert.equal(readFileSync(join(directory, "told.txt"), "utf8").endsWith("compare\n"), compared);
  }
});

test("runs are compared with the runs of a baseline", async (t) => {
  const base = await act(t, { ...QUICK, runs: "6" });
  assert.equal(base.code, 0, base.log);
  const now = await act(t, { ...QUICK, runs: "6", baseline: base.results });
  assert.equal(now.code, 0, now.log);
  assert.match(now.summary, /### Comparison\n\n6 runs before, 6 runs now\.\n\n0 slower, 0 faster/);
  assert.ok(existsSync(join(now.results, "comparison.xml")));
});

test("runs are added to a history, with a page of all of them", async (t) => {
  const history = join(temporaryDirectory(t), "history");
  const first = await act(t, { ...QUICK, runs: "2", history });
  assert.equal(first.code, 0, first.log);
  const second = await act(t, { ...QUICK, seed: "3", history });
  assert.equal(second.code, 0, second.log);
  assert.match(second.summary, /### History\n```text\nsteady: 3 runs, [\s\S]*\n```\n/);
  const runs = readdirSync(history, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.equal(runs.length, 3);
  for (const { name } of runs)
    assert.deepEqual(readdirSync(join(history, name)).sort(), ["report.html", "scenario.yaml", "summary.json"]);
  const page = readFileSync(join(history, "history.html"), "utf8");
  for (const { name } of runs) assert.ok(page.includes(`href="${name}/report.html"`), name);
});

test("without a finished run, a history stays as it is", async (t) => {
  const history = join(temporaryDirectory(t), "history");
  const { outputs } = await act(t, { ...QUICK, history }, scripted(t, [1]));
  assert.deepEqual(outputs, { "exit-code": "1" });
  assert.ok(!existsSync(history));
});

test("invalid inputs are reported in one line, with exit code 2", async (t) => {
  const refused: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ ...QUICK, "on-threshold": "ignore" }, /^::error::on-threshold must be fail or warn, not "ignore"$/m],
    [{ ...QUICK, "on-inconclusive": "yes" }, /^::error::on-inconclusive must be fail or warn, not "yes"$/m],
    [{ ...QUICK, runs: "0" }, /^::error::runs must be a whole number/m],
    [{ ...QUICK, seed: "$(date)" }, /^::error::seed must be a whole number, 0 or more .*, not "\$\(date\)"$/m],
    [{ ...QUICK, seed: "99999999999999999999" }, /^::error::seed must be a whole number, .* of 15 digits at most/m],
    [{ ...QUICK, baseline: "nowhere" }, /^::error::the baseline "nowhere" is no directory$/m],
    [{ ...QUICK, scenario: "--help" }, /^simulate: unknown scenario "--help"/m],
    [{ ...QUICK, options: "--help" }, /^::error::nothing was run: /m],
    [{ ...QUICK, options: "--version" }, /^::error::nothing was run: /m],
    [{ ...QUICK, results: "--help", scenario: "stedy" }, /^simulate: unknown scenario "stedy"/m],
    [{ ...QUICK, scenario: "stedy" }, /^simulate: unknown scenario "stedy"/m],
  ];
  for (const [inputs, expected] of refused) {
    const { code, log, outputs } = await act(t, inputs);
    assert.equal(code, 2, log);
    assert.match(log, expected);
    assert.deepEqual(outputs, { "exit-code": "2" });
  }
});
