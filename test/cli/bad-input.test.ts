import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { simulate, temporaryDirectory } from "./simulate.js";

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
  ["no scenario", [], /--scenario is missing/],
  ["an unknown scenario, with the nearest", ["-s", "stedy"], /unknown scenario "stedy"; did you mean "steady"\?/],
  ["no workers", ["-s", "steady", "--workers", "0"], /--workers must be a whole number, 1 or more, not "0"/],
  ["a negative duration", ["-s", "steady", "--duration", "-5s"], /--duration must be a duration above 0/],
  ["a duration without a unit", ["-s", "steady", "--duration", "5"], /--duration must be a duration above 0 with a unit/],
  ["a seed that is no number", ["-s", "steady", "--seed", "x"], /--seed must be a whole number, 0 or more, not "x"/],
  ["one thread", ["-s", "steady", "--threads", "1"], /--threads must be a whole number, 2 or more/],
  ["an unknown mailbox", ["-s", "steady", "--mailbox", "letter"], /mailbox.*"letter".*"sound", "reference"/],
  ["an unknown option", ["-s", "steady", "--wrokers", "5"], /Unknown argument: wrokers/],
  ["an unknown command, with the nearest", ["plam"], /unknown command "plam"; did you mean "plan"\?/],
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
  ["weights that do not sum to 1", "weight: 1", "weight: 0.5", /mine\.yaml:\d+: behaviours: the weights must sum to 1, not 0\.5/],
  ["a negative duration", "duration: 1s", "duration: -1s", /mine\.yaml:4: arrivals\.stages\[0\]\.duration: must be 0 or more, not "-1s"/],
  ["a misspelt field", "thinkTime", "thinkTmie", /mine\.yaml:7: behaviours\.all\.thinkTmie: .*thinkTime/],
  ["a misspelt metric", "drainTimeout: 1s", "drainTimeout: 1s\nthresholds: { live_update_latncy: [\"p(99)<5\"] }", /live_update_latency/],
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

test("a results directory that cannot be made ends with one line and leaves nothing", async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, "file"), "");
  const { code, stderr } = await simulate("-s", "steady", "--results", join(directory, "file", "results"));
  assert.equal(code, 1);
  assert.match(stderr, /^simulate: cannot make the results directory .*\n$/);
});

test("a full disk ends the run with one line that says so", async (t) => {
  const directory = join(temporaryDirectory(t), "small");
  mkdirSync(directory);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", directory], { stdio: "ignore" });
  } catch {
    t.skip("no right to mount a small file system here");
    return;
  }
  try {
    const { code, stderr } = await simulate("-s", "steady", "--workers", "200", "--duration", "1s", "--quiet", "--results", directory);
    assert.equal(code, 1);
    assert.match(stderr, /^simulate: .*the disk is full.*\n$/);
  } finally {
    execFileSync("umount", [directory]);
  }
});
