/** What was planned and did not happen is said: before a run, in its summary and, with --strict, by its exit code. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { MAIN, onlyEntry, onlySummary, simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";

const BASE = `name: mine
description: one line
incident: none
arrivals: { startRate: 10, stages: [{ duration: 2s, target: 10 }] }
task: { blueprint: chat, liveUpdateTimeout: 3s, submissionTimeout: 3s }
behaviours:
  quick: { weight: 1, actions: 2, thinkTime: 200ms }
thresholds: { errors: ["count==0"] }
drainTimeout: 10s
`;
const LATE_FAULT = "faults: [{ kind: jump-clock, window: [60s, 60s], by: 1s }]\n";

function written(t: TestContext, text: string): { file: string; results: string } {
  const directory = temporaryDirectory(t);
  const file = join(directory, "mine.yaml");
  writeFileSync(file, text);
  return { file, results: join(directory, "results") };
}

describe("validate", () => {
  it("prints what the plan shows with its line, and --strict makes it a failure", async (t) => {
    const { file } = written(t, BASE + LATE_FAULT);
    const usual = await simulate("validate", file);
    assert.deepEqual([usual.code, usual.stdout], [0, `${file}: valid: mine, 20 workers in 2s, 1 warning\n`]);
    assert.match(usual.stderr, /^warning: .*mine\.yaml:10: faults\[0\]: jump-clock at 1m 00s does not happen: .*\n$/);
    const strict = await simulate("validate", "--strict", file, "steady");
    assert.deepEqual([strict.code, strict.stdout], [2, "steady: valid: steady, 1,000 workers in 10s\n"]);
    assert.equal(strict.stderr, usual.stderr);
  });

  it("takes changes and the options of the plan", async (t) => {
    const { file } = written(t, BASE);
    const changed = await simulate("validate", file, "--set", "shutdownAt=60s", "--threshold", "errors=count<3");
    assert.match(changed.stderr, /shutdownAt: the shutdown at 1m 00s does not happen/);
    assert.match((await simulate("validate", file, "--workers", "7")).stdout, /: valid: mine, 7 workers in 2s\n/);
    const task = "{ actions: [], end: { kind: submit, at: 10ms } }";
    const listed = written(t, `${BASE}workers: [{ behaviour: quick, arriveAt: 0ms, task: ${task} }]\n`).file;
    assert.match((await simulate("validate", listed)).stdout, /: valid: mine, 1 worker at the start\n$/);
    const wrong = await simulate("validate", file, "--threshold", "errors=p(99)<3");
    assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  });
});

describe("a run", () => {
  it("says before and after what does not happen; with --strict it does not start", async (t) => {
    const { file, results } = written(t, BASE + LATE_FAULT);
    const args = [file, "--virtual", "--results", results];
    const strict = await simulate(...args, "--strict");
    assert.equal(strict.code, 2);
    assert.match(strict.stderr, /^warning: .*\nsimulate: the run was not started: with --strict, .*\n$/);
    assert.ok(!existsSync(results));

    const { code, stdout, stderr } = await simulate(...args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^warning: .*faults\[0\]: jump-clock at 1m 00s does not happen/m);
    assert.match(stdout, /! faults\[0\]: jump-clock at 1m 00s does not happen/);
    assert.match(
      stdout,
      /Carried out\n {4}20 of 20 workers started · 0 of 1 fault\n {2}! jump-clock at 1m 00s did not happen: the run had ended at \d/,
    );
    const { carriedOut, warnings } = onlySummary(results);
    assert.equal(warnings?.length, 1);
    assert.deepEqual(
      carriedOut?.map(({ what, planned, carriedOut: happened }) => [what, planned, happened]),
      [
        ["workers", 20, 20],
        ["faults", 1, 0],
      ],
    );
  });

  it("fails with --strict when something did not happen that the plan does not show", async (t) => {
    // Of three kills, one at least is of a thread that is dead already: there are two.
    const kills = ["1s", "1100ms", "1200ms"].map(
      (at) => `  - { kind: kill-thread, window: [${at}, ${at}], thread: task }\n`,
    );
    const { file, results } = written(t, `${BASE}faults:\n${kills.join("")}`);
    const usual = await simulate(file, "--virtual", "--results", `${results}-usual`);
    assert.notEqual(usual.code, 99, usual.stdout);
    const { code, stdout } = await simulate(file, "--virtual", "--strict", "--results", results);
    assert.equal(code, 99, stdout);
    const { verdict, options } = onlySummary(results);
    assert.ok(verdict.reasons.some(({ code: reason }) => reason === "not-carried-out"));
    assert.match(stdout, /✗ kill-thread at 1\.\d s did not happen: its task thread had ended its work\n/);
    assert.equal(options["strict"], "");
    assert.match(stdout, /Same plan again .*--strict/);
  });

  it("counts a window as carried out when connections dropped in it", async (t) => {
    const window = BASE.replace("thinkTime: 200ms", "thinkTime: 200ms, disconnect: { window: [500ms, 2s] }");
    const { file, results } = written(t, window);
    assert.equal((await simulate(file, "--virtual", "--strict", "--quiet", "--results", results)).code, 0);
    assert.deepEqual(
      onlySummary(results).carriedOut?.map(({ what, planned, carriedOut }) => [what, planned, carriedOut]),
      [
        ["workers", 20, 20],
        ["windows", 1, 1],
      ],
    );
  });

  it("fails when workers had not finished at its end, whose agents are cut off", async (t) => {
    const slow = BASE.replaceAll("3s", "60s").replace("actions: 2", "idle: { afterActions: 1 }").replace("10s", "1s");
    const { file, results } = written(t, slow);
    const { code, stdout } = await simulate(file, "--virtual", "--results", results);
    assert.equal(code, 99, stdout);
    const { verdict, outcomes } = onlySummary(results);
    assert.deepEqual(
      verdict.reasons.map(({ code: reason }) => reason),
      ["workers-cut-off"],
    );
    assert.match(stdout, /✗ 20 workers had not finished when the run was given up, and were cut off/);
    assert.deepEqual(outcomes.agents, { "cut off": 20 });
  });

  it("does not fail for a worker for whom no partner is left, whose agent has expired", async (t) => {
    const pairs = BASE.replace("blueprint: chat,", "blueprint: chat, unitsPerAssignment: 2,");
    const { file, results } = written(t, pairs);
    const { code, stdout } = await simulate(file, "--virtual", "--workers", "5", "--results", results);
    assert.equal(code, 0, stdout);
    assert.deepEqual(onlySummary(results).outcomes.agents, { completed: 4, expired: 1 });
  });

  it("that a threshold ends does not judge what it broke, and its agents are cut off", async (t) => {
    const aborting = BASE.replace("thinkTime: 200ms", "thinkTime: 700ms").replace(
      `{ errors: ["count==0"] }`,
      `{ task_completion: ["rate>0.9"], submits_acknowledged: ["count>15"], errors: ["count==0"], ` +
        `workers_started: [{ threshold: "count<8", abortOnFail: true }] }`,
    );
    const { file, results } = written(t, aborting);
    const { code, stdout } = await simulate(file, "--virtual", "--results", results);
    assert.equal(code, 99, stdout);
    const { verdict, thresholds, outcomes, end, rates } = onlySummary(results);
    assert.equal(end.how, "aborted");
    assert.ok((outcomes.agents["cut off"] ?? 0) > 0, JSON.stringify(outcomes));
    assert.ok(!("disconnect" in outcomes.agents), JSON.stringify(outcomes));
    assert.ok(
      (rates["task_completion"]?.total ?? 0) < (outcomes.agents["cut off"] ?? 0) + (outcomes.agents["completed"] ?? 0),
    );
    const broken = thresholds.filter(({ brokenByEnd }) => brokenByEnd === true).map(({ metric }) => metric);
    assert.ok(broken.includes("submits_acknowledged") && !broken.includes("workers_started"), broken.join());
    const reasons = verdict.reasons.map(({ code: reason, text }) => `${reason}: ${text}`).join("\n");
    assert.match(reasons, /^threshold-failed: threshold workers_started/m);
    assert.match(reasons, /^threshold-not-judged: threshold submits_acknowledged/m);
    assert.match(stdout, /○ submits_acknowledged .*not judged: observed/);
  });
});

describe("--quiet", () => {
  it("prints nothing of a run that passes, and the verdict of one that does not", async (t) => {
    const { file, results } = written(t, BASE);
    const passed = await simulate(file, "--virtual", "--quiet", "--results", results);
    assert.deepEqual(passed, { code: 0, stdout: "", stderr: "" });
    const failed = await simulate(
      ...[file, "--virtual", "--quiet", "--threshold", "workers_started=count<3", "--results", `${results}-failed`],
    );
    assert.deepEqual([failed.code, failed.stdout], [99, ""]);
    const run = join(`${results}-failed`, onlyEntry(`${results}-failed`));
    assert.equal(
      failed.stderr,
      `✗ FAILED (exit 99)  mine\n  ✗ threshold workers_started count<3 failed: observed 20\n  Results  ${run}\n`,
    );
  });
});

describe("--quiet of other commands", () => {
  it("shows the verdict, the reasons and the directory of a sweep that does not pass", async (t) => {
    const { file, results } = written(t, BASE);
    const args = ["sweep", file, "--seeds", "1..8", "--threshold", "workers_started=count<3", "--results", results];
    const { code, stdout, stderr } = await simulate(...args, "--quiet");
    assert.deepEqual([code, stdout], [99, ""]);
    const reasons = [1, 2, 3, 4, 5].map((seed) => `  ✗ seed ${seed}: workers_started count<3: observed 20\n`).join("");
    const saved = join(results, onlyEntry(results), "sweep.json");
    assert.equal(stderr, `✗ 8 seeds, 0 failed, 8 missed a threshold\n${reasons}  and 3 more\n  Results  ${saved}\n`);
  });

  it("shows those of a search for a capacity that finds none", async (t) => {
    const { file, results } = written(t, BASE);
    const args = ["capacity", file, "--virtual", "--seeds", "1", "--threshold", "workers_started=count<1"];
    const { code, stdout, stderr } = await simulate(...args, "--quiet", "--results", results);
    assert.deepEqual([code, stdout], [99, ""]);
    assert.equal(
      stderr,
      "✗ mine passes at no rate that was tried\n" +
        "  fails   0.5 a second: seed 1: threshold workers_started count<1 failed: observed 1\n" +
        `  Results  ${join(results, onlyEntry(results))}\n`,
    );
  });

  it("shows why there is nothing to shrink", async (t) => {
    const { file } = written(t, BASE);
    const { stdout, stderr } = await simulate("shrink", file, "--quiet");
    assert.deepEqual(
      [stdout, stderr],
      ["", "seed 1 breaks no invariant: there is nothing to shrink (thresholds are not evaluated)\n"],
    );
  });
});

describe("environment variables", () => {
  it("are in the printed commands: the stored scenario is named where the file would give another plan", async (t) => {
    const { file, results } = written(t, BASE.replace("target: 10", "target: ${CROWDSTORM_TEST_RATE}"));
    const env = { CROWDSTORM_TEST_RATE: "20" };
    const run = async (...words: string[]): Promise<string> => {
      const { stdout, stderr } = await start([...words, "--results", results], { env }).ended;
      assert.ok(!stdout.includes(file), stdout);
      return stdout + stderr;
    };
    const planOf = async (command: string): Promise<string | undefined> => {
      const [, kept = "", seed = "1"] = /--scenario (\S+scenario\.yaml)(?:.*--seed (\d+))?/.exec(command) ?? [];
      const { stdout } = await simulate("plan", kept, "--seed", seed);
      return /: (.*)\nhash /.exec(stdout)?.[1];
    };
    const single = await run(file, "--virtual");
    assert.equal(await planOf(/^Same plan again .*$/m.exec(single)?.[0] ?? ""), "30 workers in 2s");
    const sweep = await run("sweep", file, "--seeds", "7", "--threshold", "workers_started=count<3");
    const [command = ""] = /^ +simulate --scenario.*$/m.exec(sweep) ?? [];
    assert.equal(await planOf(command), "30 workers in 2s");
    assert.doesNotMatch(command, /--threshold/, "the stored scenario has it");
    const missed = await simulate(...command.trim().split(" ").slice(1), "--quiet", "--results", results);
    assert.match(missed.stderr, /✗ threshold workers_started count<3 failed: observed 30\n/);
    const served = await start(
      ["serve", file, "--port", "0", "--duration", "100ms", "--quiet", "--results", `${results}-served`],
      {
        env,
      },
    ).ended;
    assert.deepEqual([served.code, served.stdout], [0, ""], served.stderr);
    assert.match(
      onlySummary(`${results}-served`).reproduce,
      /serve --scenario \S+-served\/\S+\/scenario\.yaml --port 0$/,
    );
    const capacity = await run("capacity", file, "--virtual", "--seeds", "1", "--max-time", "1ms");
    const [, kept = ""] = /^Search again .*--scenario (\S+)/m.exec(capacity) ?? [];
    assert.equal(await planOf(`--scenario ${kept}`), "30 workers in 2s", capacity);
  });

  it("are replaced in a scenario, and the run keeps their values", async (t) => {
    const { file, results } = written(t, BASE.replace("target: 10", "target: ${CROWDSTORM_TEST_TARGET:-10}"));
    const hash = async (): Promise<string | undefined> =>
      /^hash (\w+)$/m.exec((await simulate("plan", file)).stdout)?.[1];
    const byDefault = await hash();
    process.env["CROWDSTORM_TEST_TARGET"] = "20";
    t.after(() => delete process.env["CROWDSTORM_TEST_TARGET"]);
    assert.notEqual(await hash(), byDefault);
    assert.equal((await simulate(file, "--virtual", "--quiet", "--results", results)).code, 0);
    delete process.env["CROWDSTORM_TEST_TARGET"];
    const kept = join(results, onlyEntry(results), "scenario.yaml");
    assert.match(readFileSync(kept, "utf8"), /target: 20 /);
    assert.equal(onlySummary(results).plan.workers, 30);
    const missing = await simulate("validate", written(t, BASE.replace("one line", "${CROWDSTORM_TEST_NONE}")).file);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /^.*mine\.yaml:2: the environment variable CROWDSTORM_TEST_NONE is not set: /);
  });
});

describe("sweep", () => {
  it("takes seeds as 1-3, and changes of fields", async (t) => {
    const { file } = written(t, BASE);
    const { code, stdout } = await simulate("sweep", file, "--seeds", "1-3", "--set", "task.workTime=5ms", "--json");
    assert.deepEqual([code, (JSON.parse(stdout) as { seeds: number }).seeds], [0, 3]);
    for (const seeds of ["3-1", "1-2-3", "1..", "a-b", "-3"]) {
      const refused = await simulate("sweep", file, `--seeds=${seeds}`);
      assert.equal(refused.code, 2, seeds);
      assert.match(refused.stderr, /^simulate: invalid value ".*" for --seeds: expected the first and the last seed/);
    }
  });

  it("says once, before it starts, what its plans show; with --strict it does not start", async (t) => {
    const { file, results } = written(t, BASE + LATE_FAULT);
    const warning = /^warning: .*mine\.yaml:10: faults\[0\]: jump-clock at 1m 00s does not happen: .*\n/;
    const sweep = ["sweep", file, "--seeds", "1..2", "--results", results];
    const usual = await simulate(...sweep, "--json");
    assert.equal(usual.code, 0, usual.stderr);
    assert.match(usual.stderr, warning);
    assert.equal(usual.stderr.match(/warning:/g)?.length, 1);
    assert.equal((JSON.parse(usual.stdout) as { seeds: number }).seeds, 2);
    assert.deepEqual(await simulate(...sweep, "--quiet"), { code: 0, stdout: "", stderr: "" });
    const capacity = ["capacity", file, "--virtual", "--results", results];
    for (const [words, what] of [
      [sweep, "sweep"],
      [capacity, "search"],
    ] as const) {
      const { code, stdout, stderr } = await simulate(...words, "--strict", "--quiet");
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, new RegExp(`^warning: .*\nsimulate: the ${what} was not started: with --strict, .*\n$`));
    }
    assert.match((await simulate("shrink", file)).stderr, /^warning: .*jump-clock at 1m 00s does not happen/);
    assert.ok(!existsSync(results));
  });

  it("does not warn of what is so for one of its seeds only", async (t) => {
    const rare = BASE.replace("weight: 1,", "weight: 0.9,").replace(
      "thresholds",
      "  rare: { weight: 0.1, actions: 1, thinkTime: 1ms }\nthresholds",
    );
    const { file } = written(t, rare);
    const warned = async (seed: number): Promise<boolean> =>
      (await simulate("validate", file, "--workers", "5", "--seed", String(seed))).stderr !== "";
    const seeds = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(warned));
    const [first, last] = [seeds.indexOf(true) + 1, seeds.indexOf(false) + 1];
    assert.ok(first > 0 && last > 0, "the plans differ");
    const [from, to] = first < last ? [first, last] : [last, first];
    const { code, stderr } = await simulate("sweep", file, "--workers", "5", "--seeds", `${from}..${to}`, "--strict");
    assert.equal(code, 0, stderr);
  });

  it("of standard input prints commands with the scenario that it stores", async (t) => {
    const { results } = written(t, BASE);
    const args = ["sweep", "--scenario", "-", "--seeds", "7", "--threshold", "workers_started=count<3"];
    const { status, stdout } = spawnSync(process.execPath, [MAIN, ...args, "--results", results], {
      input: BASE,
      encoding: "utf8",
    });
    assert.equal(status, 99, stdout);
    const kept = join(results, onlyEntry(results), "scenario.yaml");
    assert.ok(stdout.includes(`--scenario ${kept} --virtual --seed 7\n`), stdout);
    const again = await simulate("--scenario", kept, "--virtual", "--seed", "7", "--quiet", "--results", results);
    assert.equal(again.code, 99, again.stderr);
  });

  it("evaluates the thresholds when one is given, and its commands have the changes, quoted for the shell", async (t) => {
    const { file, results } = written(t, BASE);
    const changes = ["--set", "behaviours.quick.actions={ uniform: [1, 3] }"];
    changes.push("--threshold", "workers_started=count<3", "--threshold", "errors=count<2");
    const sweep = ["sweep", file, "--seeds", "7", ...changes, "--results", results];
    const { code, stdout } = await simulate(...sweep);
    assert.equal(code, 99, stdout);
    const quoted =
      " --set 'behaviours.quick.actions={ uniform: [1, 3] }'" +
      " --threshold 'workers_started=count<3' --threshold 'errors=count<2'\n";
    assert.ok(stdout.includes(`simulate --scenario ${file} --virtual --seed 7${quoted}`), stdout);
    assert.match(stdout, /^✗ 1 seed, 0 failed, 1 missed a threshold\n[^]* ✗ workers_started count<3: observed 20\n/);
    const wrong = await simulate("sweep", file, "--threshold", "errors=p(99)<3");
    assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  });
});

it("every command that reads a scenario takes --set, and --threshold where thresholds are judged", async () => {
  const help = (command: string): Promise<string> => simulate(command, "--help").then(({ stdout }) => stdout);
  for (const command of ["run", "capacity", "plan", "sweep", "shrink", "validate"])
    assert.match(await help(command), /^ +--set [^]*^ +--threshold /m, command);
  const serve = await help("serve");
  assert.match(serve, /^ +--set /m);
  assert.doesNotMatch(serve, /--threshold/);
});
