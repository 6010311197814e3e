/** `simulate init`, `validate` and scenarios that are modules. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { SCENARIO_SCHEMA } from "../../../dist/load/scenario/index.js";
import { onlySummary, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

test("the scenario of init is valid, runs, and names its schema for editors", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "Ward 7.yaml");
  const written = await simulate("init", file);
  assert.equal(written.code, 0, written.stderr);
  assert.match(written.stdout, /simulate '.*Ward 7\.yaml'\n/);
  const [modeline = ""] = readFileSync(file, "utf8").split("\n", 1);
  assert.equal(
    modeline,
    "# yaml-language-server: $schema=./node_modules/crowdstorm/scenarios/scenario.schema.json",
    "where it will be installed",
  );

  const checked = await simulate("validate", file);
  assert.deepEqual([checked.code, checked.stdout], [0, `${file}: valid: ward-7, 80 workers in 5s\n`]);

  const run = await simulate(
    "--scenario",
    file,
    "--workers",
    "30",
    "--virtual",
    "--quiet",
    "--results",
    join(directory, "results"),
  );
  assert.equal(run.code, 0, run.stderr);
  assert.ok((onlySummary(join(directory, "results")).counters["disconnects"] ?? 0) > 0);
});

test("a scenario in a folder of a project refers to the schema by a relative path", async (t) => {
  const project = temporaryDirectory(t);
  mkdirSync(join(project, "load/peaks"), { recursive: true });
  mkdirSync(join(project, "node_modules"));
  writeFileSync(join(project, "package.json"), "{}");
  symlinkSync(dirname(dirname(SCENARIO_SCHEMA)), join(project, "node_modules/crowdstorm"));
  const file = join(project, "load/peaks/evening.yaml");
  assert.equal((await simulate("init", file)).code, 0);
  const [, path = ""] = /\$schema=(\S+)\n/.exec(readFileSync(file, "utf8")) ?? [];
  assert.equal(path, "../../node_modules/crowdstorm/scenarios/scenario.schema.json");
  assert.ok(JSON.parse(readFileSync(join(dirname(file), path), "utf8")));
  const [, metrics = ""] = /^# (\S+metrics\.md)$/m.exec(readFileSync(file, "utf8")) ?? [];
  assert.equal(metrics, "../../node_modules/crowdstorm/docs/metrics.md");
  assert.match(readFileSync(join(dirname(file), metrics), "utf8"), /^# Metrics and thresholds\n/);
});

test("show prints a scenario of the package, and init --from starts from it under another name", async (t) => {
  const file = join(temporaryDirectory(t), "calm.yaml");
  const shown = await simulate("show", "steady");
  const shipped = readFileSync(join(dirname(SCENARIO_SCHEMA), "steady.yaml"), "utf8");
  assert.deepEqual([shown.code, shown.stdout], [0, shipped]);

  assert.equal((await simulate("init", file, "--from", "steady")).code, 0);
  const changed = (text: string): string[] => text.split("\n").filter((line) => !/^(# yaml-|name:)/.test(line));
  const copy = readFileSync(file, "utf8");
  assert.deepEqual(changed(copy), changed(shipped));
  assert.match((await simulate("validate", file)).stdout, /: valid: calm, /);
});

test("a scenario can be an argument, wherever it stands", async (t) => {
  const file = join(temporaryDirectory(t), "mine.yaml");
  await simulate("init", file);
  const hash = async (...args: string[]): Promise<string | undefined> =>
    /^hash \w+$/m.exec((await simulate("plan", ...args)).stdout)?.[0];
  const expected = await hash("--scenario", "steady", "--workers", "5");
  assert.ok(expected);
  assert.equal(await hash("steady", "--workers", "5"), expected);
  assert.ok(await hash(file));
  assert.equal(await hash("--workers", "5", "steady"), expected, "options can come first");
  const serve = await simulate("serve", "--people", "0", "steady");
  assert.match(serve.stderr, /^simulate: invalid value "0" for --people/);
  for (const words of [["steady"], ["run", "steady"], [file], ["--virtual", "steady"], ["run", "--virtual", file]]) {
    const results = join(temporaryDirectory(t), "results");
    const engine = words.includes("--virtual") ? [] : ["--virtual"];
    const { code, stderr } = await simulate("--workers", "5", ...words, ...engine, "--quiet", "--results", results);
    assert.equal(code, 0, stderr);
    assert.equal(onlySummary(results).scenario.name, words.includes(file) ? "mine" : "steady");
  }
});

test("--set and --threshold change the scenario of a run, which keeps it and can be run again", async (t) => {
  const results = join(temporaryDirectory(t), "results");
  const changes = ["--set", "task.onboarding.passRate=1", "--set", "seed=9", "--threshold", "errors=count<0"];
  const args = ["--workers", "5", "--virtual", "--results", results];
  const { code, stdout } = await simulate("steady", ...changes, ...args);
  assert.equal(code, 99);
  const summary = onlySummary(results);
  assert.deepEqual(
    summary.thresholds.filter(({ metric }) => metric === "errors").map(({ expression }) => expression),
    ["count<0"],
  );
  const [, again = ""] = /^Same plan again +simulate (.*)$/m.exec(stdout.replace(/\n {4,}/g, " ")) ?? [];
  const [, kept = ""] = /--scenario (\S+scenario\.yaml)/.exec(again) ?? [];
  assert.match(readFileSync(kept, "utf8"), /passRate: 1\n/);
});

test("simulate without arguments prints how to begin, and every command of it exists", async () => {
  const { code, stdout, stderr } = await simulate();
  assert.deepEqual([code, stderr], [0, ""]);
  const commands = [...stdout.matchAll(/^ {2}simulate ([a-z]+)/gm)].map(([, command]) => command ?? "");
  assert.ok(commands.length > 4);
  for (const command of commands) {
    const help = await simulate(...(command === "steady" ? ["run"] : [command]), "--help");
    assert.match(help.stdout, new RegExp(`^simulate ${command === "steady" ? "run" : command}`));
  }
});

test("the scenario of init is valid for any file name", async (t) => {
  const directory = temporaryDirectory(t);
  for (const [called, name] of [
    ["123.yaml", "123"],
    ["true.yaml", "true"],
    ["1e3.yml", "1e3"],
    [`${"x".repeat(120)}.yaml`, "x".repeat(100)],
  ] as const) {
    const file = join(directory, called);
    await simulate("init", file);
    const { code, stdout, stderr } = await simulate("validate", file);
    assert.deepEqual([code, stdout], [0, `${file}: valid: ${name}, 80 workers in 5s\n`], stderr);
  }
});

test("init does not change an existing file", async (t) => {
  const file = join(temporaryDirectory(t), "mine.yaml");
  writeFileSync(file, "precious");
  const { code, stderr } = await simulate("init", file);
  assert.equal(code, 2);
  assert.equal(stderr, `simulate: cannot write ${file}: it already exists\n`);
  assert.equal(readFileSync(file, "utf8"), "precious");
});

test("init refuses a name that is not of a scenario file, and a file that cannot be written", async (t) => {
  const directory = temporaryDirectory(t);
  assert.match(
    (await simulate("init", join(directory, "mine.json"))).stderr,
    /^simulate: invalid value ".*mine\.json" for <file>: expected a path that ends in \.yaml or \.yml\n$/,
  );
  const { code, stderr } = await simulate("init", join(directory, "none", "mine.yaml"));
  assert.equal(code, 2);
  assert.match(stderr, /^simulate: cannot write .*mine\.yaml: .*\n$/);
});

test("validate prints every problem of every file, a line each", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "wrong.yaml");
  await simulate("init", file);
  writeFileSync(
    file,
    readFileSync(file, "utf8").replace("passRate: 0.95", "passRate: 95").replace("weight: 0.85", "weight: 0.8"),
  );
  const { code, stdout, stderr } = await simulate("validate", "steady", file, "stedy");
  assert.equal(code, 2);
  assert.match(stdout, /^steady: valid: .*\n$/);
  const lines = stderr.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /wrong\.yaml:\d+: task\.onboarding\.passRate: must be a number from 0 to 1, not 95$/);
  assert.match(lines[1] ?? "", /wrong\.yaml:\d+: behaviours: the weights must sum to 1/);
  assert.match(lines[2] ?? "", /^unknown scenario "stedy"; did you mean "steady"\?$/);
});

test("a scenario that is a module runs, and its run stores the computed scenario", async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, "waves.mjs");
  const results = join(directory, "results");
  writeFileSync(
    file,
    `export default {
    name: "waves", description: "three waves", incident: "none",
    arrivals: { stages: [1, 2, 4].map((wave) => ({ duration: "500ms", target: 10 * wave })) },
    task: { blueprint: "chat", liveUpdateTimeout: "1s", submissionTimeout: "1s" },
    behaviours: { all: { weight: 1, actions: 2, thinkTime: "20ms" } },
    drainTimeout: "5s",
  };\n`,
  );
  const { code, stderr } = await simulate("--scenario", file, "--virtual", "--quiet", "--results", results);
  assert.equal(code, 0, stderr);
  const { runId, plan } = onlySummary(results);
  const kept = await simulate("plan", "--json", "--scenario", join(results, runId, "scenario.yaml"));
  assert.equal((JSON.parse(kept.stdout) as { planHash: string }).planHash, plan.hash);
});

test("a module whose top-level await never settles is reported", async (t) => {
  const file = join(temporaryDirectory(t), "never.mjs");
  writeFileSync(file, "await new Promise(() => undefined);\nexport default {};\n");
  const { code, stdout, stderr } = await simulate("validate", file, "steady");
  assert.deepEqual([code, stderr], [2, `${file}: cannot be imported: its top-level await never settles\n`]);
  assert.match(stdout, /^steady: valid: /, "the other scenarios are checked");
});
