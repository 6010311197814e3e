import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MAIN, simulate, temporaryDirectory } from "../../support/cli/simulate.js";

const SCENARIO = `name: mine
description: one line
incident: none
arrivals: { stages: [{ duration: 1s, target: 10 }] }
task: { blueprint: chat, liveUpdateTimeout: 1s, submissionTimeout: 1s }
behaviours:
  all: { weight: 1, actions: 1, thinkTime: 10ms }
drainTimeout: 1s
`;

const wrongUsage: readonly (readonly [what: string, args: readonly string[], expected: RegExp])[] = [
  ["no scenario", ["--virtual"], /--scenario is missing/],
  [
    "an unknown scenario as the argument of a command",
    ["plan", "stedy"],
    /unknown scenario "stedy"; did you mean "steady"\?/,
  ],
  ["a scenario as argument and as option", ["steady", "-s", "steady"], /--scenario is given more than once/],
  ["a scenario that show does not have", ["show", "stedy"], /no scenario "stedy"; did you mean "steady"\?/],
  ["a copy of no scenario", ["init", "x.yaml", "--from", "./x.yaml"], /no scenario ".\/x.yaml": expected a name from/],
  ["a copy for Mephisto", ["init", "--from", "steady", "--mephisto", "x"], /--from cannot be combined with --mephisto/],
  ["an unknown scenario, with the nearest", ["-s", "stedy"], /unknown scenario "stedy"; did you mean "steady"\?/],
  [
    "no workers",
    ["-s", "steady", "--workers", "0"],
    /invalid value "0" for --workers: expected a whole number, 1 or more/,
  ],
  [
    "a negative duration",
    ["-s", "steady", "--duration", "-5s"],
    /invalid value "-5s" for --duration: expected a duration above 0/,
  ],
  [
    "a duration without a unit",
    ["-s", "steady", "--duration", "5"],
    /invalid value "5" for --duration: expected a duration above 0 with a unit/,
  ],
  [
    "a seed that is not a number",
    ["-s", "steady", "--seed", "x"],
    /invalid value "x" for --seed: expected a whole number, 0 or more/,
  ],
  [
    "a seed that is too large",
    ["-s", "steady", "--seed", "99999999999999999999"],
    /invalid value "99999999999999999999" for --seed: expected at most 9007199254740991/,
  ],
  [
    "one thread",
    ["-s", "steady", "--threads", "1"],
    /invalid value "1" for --threads: expected a whole number, 2 or more/,
  ],
  [
    "more workers than a run can have",
    ["-s", "steady", "--workers", "1000000000"],
    /workers must be at most 400000, not 1000000000/,
  ],
  ["a run that is too long", ["-s", "steady", "--duration", "9000h"], /a run takes 480h at most, its drain included/],
  [
    "too many threads",
    ["-s", "steady", "--threads", "1000"],
    /invalid value "1000" for --threads: expected at most 24/,
  ],
  [
    "no directory for results",
    ["-s", "steady", "--results", ""],
    /invalid value "" for --results: expected the path of a directory/,
  ],
  ["an option without its value", ["--scenario"], /missing value for --scenario \(see simulate --help\)/],
  ["an option given twice", ["-s", "steady", "--seed", "1", "--seed", "2"], /--seed is given more than once/],
  [
    "an unknown mailbox",
    ["-s", "steady", "--mailbox", "letter"],
    /invalid value "letter" for --mailbox: expected "sound" or "reference" \(/,
  ],
  ["a misspelt mailbox, with the nearest", ["-s", "steady", "--mailbox", "refrence"], /did you mean "reference"\?/],
  [
    "an unknown option, with the nearest",
    ["-s", "steady", "--wrokers", "5"],
    /unknown option --wrokers; did you mean --workers\?/,
  ],
  [
    "an unknown option of a command",
    ["explore", "--max-stepz", "5"],
    /unknown option --max-stepz; did you mean --max-steps\? \(see simulate explore --help\)/,
  ],
  [
    "an output of a search, which is an option of a run",
    ["capacity", "steady", "--out", "csv=x.csv"],
    /--out is an option of a run \(simulate run\), and capacity carries out many \(see simulate capacity --help\)/,
  ],
  [
    "the metrics of a sweep, which are an option of a run",
    ["sweep", "steady", "--metrics-port", "9000"],
    /--metrics-port is an option of a run \(simulate run\), and sweep carries out many \(see simulate sweep --help\)/,
  ],
  ["a sweep with a dashboard", ["sweep", "steady", "--dashboard"], /--dashboard is an option of a run/],
  ["a search with a dashboard", ["capacity", "steady", "--dashboard=8000"], /--dashboard is an option of a run/],
  ["an option with no similar name", ["--xyzzy"], /unknown option --xyzzy \(see/],
  ["an unknown command, with the nearest", ["plam"], /unknown command or scenario "plam"; did you mean "plan"\?/],
  ["a command with no similar name", ["xyzzy"], /unknown command or scenario "xyzzy" \(see/],
  [
    "a change without a value",
    ["plan", "steady", "--set", "task.workTime"],
    /invalid value "task.workTime" for --set: expected a field/,
  ],
  [
    "a threshold without a condition",
    ["steady", "--threshold", "errors="],
    /invalid value "errors=" for --threshold: expected a metric/,
  ],
  [
    "a change to what is no field",
    ["plan", "steady", "--set", "task.wrkTime=5ms"],
    /steady.yaml with the changes:\d+: task.wrkTime: unknown key/,
  ],
  [
    "a change of what is served to what is no field",
    ["serve", "--set", "task.wrkTime=5ms"],
    /steady.yaml with the changes:\d+: task.wrkTime: unknown key/,
  ],
  ["a misspelt scenario without its option", ["stedy"], /unknown command or scenario "stedy"; did you mean "steady"\?/],
  [
    "an unknown benchmark, with the nearest",
    ["bench", "flor"],
    /value "flor" for <names>: expected "floor", .*; did you mean "floor"\?/,
  ],
  [
    "an unknown program, with the nearest",
    ["explore", "producer"],
    /there is no program "producer"; did you mean "producer-consumer"\?/,
  ],
  [
    "an unknown fault, with the nearest",
    ["-s", "steady", "--virtual", "--faults", "lte"],
    /invalid value "lte" for --faults: expected .*; did you mean "late"\?/,
  ],
  ["an argument too few", ["compare", "a"], /missing argument <current>: expected simulate compare <base> <current>/],
  ["an argument too many", ["list", "extra"], /unexpected argument "extra"/],
  [
    "no number of schedules",
    ["explore", "signal", "--schedules", "abc"],
    /invalid value "abc" for --schedules: expected a whole number, 1 or more/,
  ],
  [
    "a value for a boolean option",
    ["-s", "steady", "--virtual=1"],
    /invalid value "1" for --virtual: expected "true", "false" or no value/,
  ],
  ["an empty value for a boolean option", ["list", "--json="], /invalid value "" for --json: expected "true"/],
  [
    "a value for a short boolean option",
    ["-s", "steady", "-q=no"],
    /invalid value "no" for -q: expected "true", "false" or no value/,
  ],
  ["a value for help", ["--help=3"], /invalid value "3" for --help/],
  ["words after --", ["plan", "-s", "steady", "--", "--json"], /unexpected argument "--json" after "--"/],
  [
    "an address for metrics without their port",
    ["-s", "steady", "--metrics-host", "::1"],
    /--metrics-host requires --metrics-port/,
  ],
  [
    "a shell without completion",
    ["completion", "ksh"],
    /invalid value "ksh" for <shell>: expected "bash", "zsh" or "fish"/,
  ],
  ["a missing file", ["explore", "replay", "none.json"], /cannot read none\.json: there is no such file/],
  ["a directory for a file", ["conformance", "."], /cannot read \.: it is a directory/],
  [
    "an output that cannot be written, before anything is measured",
    ["bench", "floor", "--output", "."],
    /cannot write \.: it is a directory/,
  ],
];

for (const [what, args, expected] of wrongUsage) {
  test(`${what} is wrong usage`, async () => {
    const { code, stdout, stderr } = await simulate(...args);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, expected);
    assert.match(stderr, /^simulate: /);
    assert.doesNotMatch(stderr, /\n {4}at /, "no stack trace");
  });
}

const wrongScenarios: readonly (readonly [what: string, from: string, to: string, expected: RegExp])[] = [
  ["malformed YAML", "all: {", "all: [", /mine\.yaml:7:\d+: /],
  [
    "weights that do not sum to 1",
    "weight: 1",
    "weight: 0.5",
    /mine\.yaml:\d+: behaviours: the weights must sum to 1, not 0\.5/,
  ],
  [
    "a negative duration",
    "duration: 1s",
    "duration: -1s",
    /mine\.yaml:4: arrivals\.stages\[0\]\.duration: must be 0 or more, not "-1s"/,
  ],
  ["a misspelt field", "thinkTime", "thinkTmie", /mine\.yaml:7: behaviours\.all\.thinkTmie: .*thinkTime/],
  [
    "a misspelt metric",
    "drainTimeout: 1s",
    'drainTimeout: 1s\nthresholds: { live_update_latncy: ["p(99)<5"] }',
    /live_update_latency/,
  ],
];

for (const [what, from, to, expected] of wrongScenarios) {
  test(`a scenario with ${what} is refused, with its line`, async (t) => {
    const directory = temporaryDirectory(t);
    const file = join(directory, "mine.yaml");
    writeFileSync(file, SCENARIO.replace(from, to));
    const { code, stderr } = await simulate("-s", file, "--results", join(directory, "results"));
    assert.equal(code, 2);
    assert.match(stderr, expected);
    assert.deepEqual(readdirSync(directory), ["mine.yaml"], "nothing was written");
  });
}

test("a results directory that cannot be created is reported in one line", async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, "file"), "");
  const { code, stderr } = await simulate("-s", "steady", "--results", join(directory, "file", "results"));
  assert.equal(code, 1);
  assert.match(stderr, /^steady: .*\nsimulate: cannot create the results directory .*\n$/);
});

test("a file that is not a scenario is refused in one line", async (t) => {
  const directory = temporaryDirectory(t);
  const file = (name: string, content: string | Buffer): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const cases: readonly (readonly [path: string, expected: RegExp])[] = [
    [directory + "/", /is a directory, not a scenario file/],
    [file("empty.yaml", ""), /is empty/],
    [file("binary.yaml", Buffer.from([0x6e, 0, 0xff, 0xfe])), /is no text file/],
    [file("nul.yaml", "name: a\0b"), /is no text file/],
    [file("huge.yaml", `name: ${"x".repeat(1 << 24)}`), /it has more than 16 MiB/],
    [file("deep.yaml", `name: ${"[".repeat(20_000)}`), /is nested too deeply/],
    [file("long.yaml", SCENARIO.replace("duration: 1s", "duration: 9000h")), /must be at most 480h, not "9000h"/],
    [
      file("many.yaml", SCENARIO.replace("target: 10", "target: 1e9")),
      /more workers arrive than a run can have, which is 400000/,
    ],
    [
      file("busy.yaml", SCENARIO.replace("actions: 1", "actions: 1e12")),
      /actions: must be at most 1000000, not 1000000000000/,
    ],
  ];
  for (const [path, expected] of cases) {
    const { code, stderr } = await simulate("-s", path, "--results", join(directory, "results"));
    assert.equal(code, 2, path);
    assert.match(stderr, expected);
    assert.equal(stderr.split("\n").length, 2, "one line");
  }
  assert.ok(!existsSync(join(directory, "results")));
});

test("a reader that closes the output early does not change the verdict", {
  skip: process.platform === "win32",
}, (t) => {
  const results = temporaryDirectory(t);
  const pipe = join(results, "pipe");
  spawnSync("mkfifo", [pipe]);
  // The pipe's only reader closes before the command starts.
  const closed = `exec 3<>"$0"; exec 4>"$0" 3<&-; exec "$@" >&4 4>&-`;
  const reading = (...args: readonly string[]): { status: number | null; stderr: string } =>
    spawnSync("bash", ["-c", closed, pipe, process.execPath, MAIN, ...args], { encoding: "utf8" });
  const list = reading("list");
  assert.deepEqual([list.status, list.stderr], [141, ""]);
  const { status, stderr } = reading(
    "-s",
    "steady",
    "--workers",
    "2",
    "--duration",
    "1s",
    "--results",
    results,
    "--virtual",
  );
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /\n {4}at /, "no stack trace");
});
