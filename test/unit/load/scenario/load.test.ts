/** Errors of scenario files: every one names file, line and field, and says what would be right. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { loadScenario, parseScenario, ScenarioError, shippedScenarios } from "../../../../dist/load/scenario/index.js";
import { EXAMPLE } from "../../../support/scenario/example.js";

function problemsOf(text: string): readonly string[] {
  try {
    parseScenario(text, "x.yaml");
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
}

/** What is replaced in the example, with what, and the problems that this makes. */
const BROKEN: readonly (readonly [string, string, ...string[]])[] = [
  ["weight: 0.3", "weight: lots", 'x.yaml:26: behaviours.storm.weight: must be a number from 0 to 1, not "lots"'],
  ["weight: 0.3", "weight: 1.3", "x.yaml:26: behaviours.storm.weight: must be a number from 0 to 1, not 1.3"],
  ["weight: 0.3", "weight: 0.2", "x.yaml:18: behaviours: the weights must sum to 1, not 0.9 (0.5 + 0.2 + 0.1 + 0.1)"],
  [
    "weight: 0.3",
    "wieght: 0.3",
    "x.yaml:25: behaviours.storm.weight: is missing: must be a number from 0 to 1",
    'x.yaml:26: behaviours.storm.wieght: unknown key; did you mean "weight"?',
  ],
  ["startRate: 0", "colour: red", "x.yaml:5: arrivals.colour: unknown key; there are executor, startRate, stages"],
  [
    "liveUpdateTimeout: 3s",
    "liveUpdateTimeout: 3",
    'x.yaml:16: task.liveUpdateTimeout: must be a duration with a unit, such as "250ms", "1.5s" or "2m", not 3',
  ],
  [
    "liveUpdateTimeout: 3s",
    "liveUpdateTimeout: -3s",
    'x.yaml:16: task.liveUpdateTimeout: must be 0 or more, not "-3s"',
  ],
  [
    "liveUpdateTimeout: 3s",
    "liveUpdateTimeout: 0s",
    'x.yaml:16: task.liveUpdateTimeout: must be longer than 0, not "0s"',
  ],
  [
    "  liveUpdateTimeout: 3s\n",
    "",
    'x.yaml:10: task.liveUpdateTimeout: is missing: must be a duration with a unit, such as "250ms", "1.5s" or "2m"',
  ],
  ["passRate: 0.9", "passRate: 90%", 'x.yaml:13: task.onboarding.passRate: must be a number from 0 to 1, not "90%"'],
  [
    "duration: 1s, target: 50",
    "duration: 1s, target: -1",
    "x.yaml:8: arrivals.stages[1].target: must be a number of arrivals a second, 0 or more, not -1",
  ],
  [
    "duration: 2s, target: 50",
    "duration: 2s, target: fast",
    'x.yaml:7: arrivals.stages[0].target: must be a number of arrivals a second, 0 or more, not "fast"',
  ],
  [
    "actions: 10",
    "actions: some",
    'x.yaml:27: behaviours.storm.actions: must be a whole number, or exactly one of uniform, exponential, normal and lognormal, not "some"',
  ],
  ["actions: 10", "actions: -1", "x.yaml:27: behaviours.storm.actions: must be a whole number, 0 or more, not -1"],
  [
    "mean: 200ms",
    "mean: 200",
    'x.yaml:28: behaviours.storm.thinkTime.exponential.mean: must be a duration with a unit, such as "250ms", "1.5s" or "2m", not 200',
  ],
  [
    "exponential: { mean: 200ms }",
    "exponential: { median: 200ms }",
    'x.yaml:28: behaviours.storm.thinkTime.exponential.mean: is missing: must be a duration with a unit, such as "250ms", "1.5s" or "2m"',
    'x.yaml:28: behaviours.storm.thinkTime.exponential.median: unknown key; did you mean "mean"?',
  ],
  [
    "window: [3s, 5s]",
    "window: [5s, 3s]",
    "x.yaml:30: behaviours.storm.disconnect.window: must be [from, to] with from not above to",
  ],
  [
    "window: [3s, 5s]",
    "perAction: 0.1\n      window: [3s, 5s]",
    "x.yaml:29: behaviours.storm.disconnect: needs exactly one of window and perAction",
  ],
  // Wrong in three behaviours through an alias, and said once.
  [
    "median: 200ms, p95: 600ms",
    "median: 200ms, p95: 60ms",
    "x.yaml:22: behaviours.calm.thinkTime.lognormal: needs 0 < median <= p95",
  ],
  [
    "idle: {",
    "actions: 2\n    idle: {",
    "x.yaml:38: behaviours.silent: needs exactly one of actions, return and idle: a worker ends in one way",
  ],
  ["idle: {", "silence: {", 'x.yaml:40: behaviours.silent.silence: unknown key; it was renamed to "idle"'],
  [
    "detectionDelay: 100ms",
    "noticedAfter: 100ms",
    'x.yaml:31: behaviours.storm.disconnect.noticedAfter: unknown key; it was renamed to "detectionDelay"',
  ],
  [
    "reconnect: {",
    "reconnect: { again: { times: 1, online: 1s },",
    'x.yaml:32: behaviours.storm.disconnect.reconnect.again: unknown key; it was renamed to "flapping"',
  ],
  [
    "blueprint: chat",
    "blueprint: chess",
    'x.yaml:11: task.blueprint: must be "chat", "remote-procedure" or "static", not "chess"',
  ],
  ["name: example", "name: An Example", 'x.yaml:1: name: must be lower-case words joined by hyphens, not "An Example"'],
  [
    "live_update_latency",
    "live_update_latncy",
    'x.yaml:43: thresholds.live_update_latncy[0]: there is no metric "live_update_latncy"; did you mean "live_update_latency"?',
  ],
  [
    "target: 50 }\n    - { duration: 1s, target: 50",
    "target: 0 }\n    - { duration: 1s, target: 0",
    "x.yaml:4: arrivals: no worker ever arrives: there is no stage, or every rate is 0, or nearly",
  ],
  ["thinkTime: *think", "thinkTime: *thought", "x.yaml:36:16: there is no anchor &thought before this alias"],
  ["incident: none", "incident: none\nincident: twice", 'x.yaml:4:1: the key "incident" is there already'],
  ["incident: none", "incident: none\n? [a, b]\n: c", "x.yaml:4:3: a key must be text, not a list or a mapping"],
  ["name: example", "name: example\n__proto__: { a: 1 }", 'x.yaml:2:1: no key can be called "__proto__"'],
  ["name: example", `name: ${"x".repeat(101)}`, "x.yaml:1: name: must have at most 100 characters"],
  ["drainTimeout: 10s", "--- drainTimeout", "x.yaml:44:1: must be a single document"],
];

describe("a scenario file", () => {
  it("is read when it is right", () => {
    const scenario = parseScenario(EXAMPLE, "x.yaml");
    assert.deepEqual(scenario.behaviours?.["storm"]?.disconnect, {
      window: [3000, 5000],
      detectionDelay: 100,
      reconnect: { probability: 0.5, after: { kind: "uniform", min: 0, max: 1000 } },
    });
    assert.equal(scenario.seed, 1);
    assert.equal(scenario.task.unitsPerAssignment, 1);
  });

  for (const [part, replacement, ...expected] of BROKEN) {
    it(`is refused with ${JSON.stringify(replacement.slice(0, 40))}`, () => {
      assert.ok(EXAMPLE.includes(part));
      assert.deepEqual(problemsOf(EXAMPLE.replace(part, replacement)), expected);
    });
  }

  it("names every field that is missing", () => {
    const TIMEOUT = 'is missing: must be a duration with a unit, such as "250ms", "1.5s" or "2m"';
    assert.deepEqual(
      problemsOf(EXAMPLE.replace(/ {2}liveUpdateTimeout: .*\n/, "").replace(/ {2}submissionTimeout: .*\n/, "")),
      [`x.yaml:10: task.liveUpdateTimeout: ${TIMEOUT}`, `x.yaml:10: task.submissionTimeout: ${TIMEOUT}`],
    );
    const fields = problemsOf('{ "name": "x" }').map((problem) => problem.replace(/: is missing.*/, ""));
    assert.deepEqual(
      fields,
      ["description", "incident", "task", "drainTimeout", "arrivals", "behaviours"].map(
        (field) => `x.yaml:1: ${field}`,
      ),
    );
  });

  it("asks for a behaviour", () => {
    assert.deepEqual(problemsOf(EXAMPLE.replace(/behaviours:[^]*?\nthresholds/, "behaviours: {}\nthresholds")), [
      "x.yaml:18: behaviours: must have at least one behaviour",
    ]);
  });

  it("asks of a static task that no worker sends live updates", () => {
    const [first] = problemsOf(EXAMPLE.replace("blueprint: chat", "blueprint: static"));
    assert.equal(first, "x.yaml:21: behaviours.calm.actions: must be 0: a static task takes no live updates");
  });

  it("names the threshold that cannot be read", () => {
    const [first] = problemsOf(EXAMPLE.replace("p(99)<250", "p99<250"));
    assert.match(first ?? "", /^x\.yaml:43: thresholds\.live_update_latency\[0\]: .*p99<250/);
  });

  it("is refused when it is empty, no mapping, or no YAML", () => {
    assert.deepEqual(problemsOf("# nothing\n"), ["x.yaml: is empty; a scenario is a mapping of keys to values"]);
    assert.deepEqual(problemsOf("- a\n"), ["x.yaml:1: must be a mapping of keys to values"]);
    assert.match(problemsOf("name: [a\n")[0] ?? "", /^x\.yaml:2:1: Flow sequence/);
    assert.match(problemsOf("\tname: a\n")[0] ?? "", /^x\.yaml:1:1: Tabs are not allowed/);
  });

  it("cannot multiply its aliases without end", () => {
    const levels = Array.from(
      { length: 10 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(", ")}]`,
    );
    const [first] = problemsOf(["l0: &l0 [x]", ...levels].join("\n"));
    assert.match(first ?? "", /^x\.yaml:6:\d+: aliases up to here stand for more than 100000 values$/);
  });
});

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

describe("the size of a scenario", () => {
  it("is read in full, and of very many problems the first are told and the others counted", () => {
    const problems = problemsOf(lines(100_000, (index) => `key-${index}: 1`));
    assert.equal(problems.length, 101);
    assert.match(problems[5] ?? "", /^x\.yaml:1: key-0: unknown key; there are name, description, /);
    // Seven fields are missing besides.
    assert.equal(problems[100], "and 99907 more problems");
  });

  it("has a bound on levels, written out or by aliases", () => {
    for (const text of [
      `a: ${"[".repeat(200)}${"]".repeat(200)}`,
      ["a0: &a0 [x]", lines(32_000, (index) => `a${index + 1}: &a${index + 1} [*a${index}]`)].join("\n"),
    ])
      assert.match(problemsOf(text)[0] ?? "", /^x\.yaml:\d+:\d+: is nested too deeply: more than 100 levels$/);
    assert.match(problemsOf(`a: ${"[".repeat(50_000)}${"]".repeat(50_000)}`)[0] ?? "", /is nested too deeply$/);
    assert.match(problemsOf("a: &a [*a]")[0] ?? "", /^x\.yaml:1:8: the anchor &a contains this alias of it$/);
  });

  it("has a bound on what aliases repeat, and none on their number", () => {
    const few = lines(50_000, (index) => `a${index}: &a ${index}\nb${index}: *a`);
    assert.equal(problemsOf(few).at(-1), "and 99907 more problems");
    const [first] = problemsOf(`a: &a [${"x,".repeat(1000)}]\n${lines(200, (index) => `b${index}: *a`)}`);
    assert.match(first ?? "", /^x\.yaml:101:\d+: aliases up to here stand for more than 100000 values$/);
  });

  it("has a bound on names, so that what they are compared with is few", () => {
    const names = (count: number, item: string): string => `{ ${lines(count, (index) => ` n${index}: ${item},`)} }`;
    const sound = "{ weight: 0, actions: 1, thinkTime: 1ms }";
    const text = EXAMPLE.replace(/behaviours:[^]*?\nthresholds/, `behaviours: ${names(1001, sound)}\nthresholds`);
    assert.match(problemsOf(text).join("\n"), /^x\.yaml:\d+: behaviours: must have at most 1000 names$/);
    const many = `${EXAMPLE}qualifications: ${names(1001, "{ share: 1 }")}\n`;
    assert.match(problemsOf(many)[0] ?? "", /qualifications: must have at most 1000 names$/);
  });

  it("tells the start of a long key", () => {
    const [problem = ""] = problemsOf(`${EXAMPLE}${"k".repeat(1000)}: 1\n`);
    assert.match(problem, /^x\.yaml:\d+: k{100}…: unknown key; there are /);
  });
});

/** Names that every object inherits. */
const INHERITED = ["constructor", "toString", "valueOf", "hasOwnProperty"] as const;

describe("names that every object inherits", () => {
  it("are names as others", () => {
    const scenario = parseScenario(
      `${EXAMPLE}qualifications: { ${INHERITED.map((name) => `${name}: { share: 0 }`).join(", ")} }\n`,
      "x.yaml",
    );
    assert.deepEqual(Object.keys(scenario.qualifications), INHERITED);
    for (const name of INHERITED)
      assert.match(problemsOf(`${EXAMPLE}${name}: 1\n`)[0] ?? "", new RegExp(`: ${name}: unknown key; `));
  });
});

describe("loadScenario", () => {
  it("loads every scenario of the package, each under its own name", () => {
    const names = shippedScenarios();
    for (const name of ["disconnect-storm", "steady", "timeout-cascade"]) assert.ok(names.includes(name), name);
    for (const name of names) assert.equal(loadScenario(name).scenario.name, name);
  });

  it("suggests the nearest name, and lists all", () => {
    assert.throws(
      () => loadScenario("disconect-strom"),
      (error) => {
        assert.ok(error instanceof ScenarioError);
        assert.equal(error.problems[0], 'unknown scenario "disconect-strom"; did you mean "disconnect-storm"?');
        assert.match(error.problems[1] ?? "", /^there are .*steady.*\.\/disconect-strom\.yaml$/);
        return true;
      },
    );
    assert.throws(() => loadScenario("zzz"), /^ScenarioError: unknown scenario "zzz"\n/);
  });

  it("says how a file is named that has the name of no scenario", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "crowdstorm-scenario-"));
    const here = process.cwd();
    t.after(() => {
      process.chdir(here);
      rmSync(folder, { recursive: true });
    });
    process.chdir(folder);
    mkdirSync("folder");
    writeFileSync("x.json", "{}");
    assert.throws(
      () => loadScenario("x.json"),
      /^ScenarioError: unknown scenario "x\.json"; the file of this name is \.\/x\.json$/,
    );
    assert.throws(() => loadScenario("folder"), /^ScenarioError: folder: is a directory, not a scenario file$/);
    assert.throws(() => loadScenario("y.json"), /named by its path, such as \.\/y\.json$/);
    assert.throws(() => loadScenario("y"), /named by its path, such as \.\/y\.yaml$/);
    assert.throws(
      () => loadScenario(""),
      /^ScenarioError: "" is no scenario: give the name of one, or the path of a file\n/,
    );
    assert.throws(() => loadScenario("y".repeat(999)), /^ScenarioError: unknown scenario/);
  });

  it("loads a file by its path, and says why it cannot", () => {
    const folder = mkdtempSync(join(tmpdir(), "crowdstorm-scenario-"));
    try {
      const path = join(folder, "mine.yaml");
      writeFileSync(path, EXAMPLE);
      const { scenario, text, path: from } = loadScenario(path);
      assert.deepEqual({ name: scenario.name, text, from }, { name: "example", text: EXAMPLE, from: path });
      assert.throws(() => loadScenario(join(folder, "other.yaml")), /other\.yaml: no such file$/);
      assert.throws(() => loadScenario(`${folder}/`), /: is a directory, not a scenario file$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
