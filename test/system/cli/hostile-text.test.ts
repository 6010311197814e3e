/** The output of the command for hostile keys, names and paths. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ALL_OF_IT, assertShown } from "../../support/report/hostile.js";
import { simulate, temporaryDirectory, type Ended } from "../../support/cli/simulate.js";

const data = (name: string): string => fileURLToPath(new URL(`../../../test/data/hostile/${name}`, import.meta.url));

async function shown(...args: string[]): Promise<Ended> {
  const ended = await simulate(...args);
  assertShown(ended.stdout);
  assertShown(ended.stderr);
  return ended;
}

/** A file name cannot contain a slash. */
const NAME = ALL_OF_IT.replaceAll("/", "");

const SCENARIO = (behaviour: string): string => `
name: hostile
description: A key that does harm.
incident: None.
arrivals: { startRate: 5, stages: [{ duration: 1s, target: 5 }] }
task: { blueprint: chat, liveUpdateTimeout: 3s, submissionTimeout: 3s }
behaviours:
  ${JSON.stringify(behaviour)}: { weight: 1, actions: 2, thinkTime: 50ms }
drainTimeout: 10s
`;

test("a key with escape sequences and a key with a workflow command are reported in a line each", async () => {
  const { code, stderr } = await shown("validate", data("key-with-escapes.yaml"), data("workflow-command-in-key.yaml"));
  assert.equal(code, 2);
  assert.match(stderr, /x\\u001b\[2J\\u001b\[31mgone\\n: unknown key; /);
  assert.match(stderr, /a\\n\\u003a:error::injected\\n {4}at Object\.<anonymous> \(evil\.js:1:1\): unknown key; /);
});

test("a run whose behaviour, file and directories have hostile names, and all commands that print it", async (t) => {
  const root = join(temporaryDirectory(t), NAME);
  mkdirSync(root);
  const file = join(root, `${NAME}.yaml`);
  writeFileSync(file, SCENARIO(ALL_OF_IT));
  const results = join(root, "results");
  assert.equal((await shown("validate", file)).code, 0);
  const planned = await shown("plan", "-s", file);
  assert.equal(planned.code, 0, planned.stderr);
  assert.match(planned.stdout, /\\u001b\[2J/);
  JSON.parse((await shown("plan", "-s", file, "--json")).stdout);
  const ran = await shown("-s", file, "--virtual", "--results", results);
  assert.equal(ran.code, 0, ran.stderr);
  const [run] = readdirSync(results);
  assert.ok(run !== undefined);
  const directory = join(results, run);
  for (const args of [
    ["runs", "--results", results],
    ["report", directory],
    ["report", directory, "--html"],
    ["trace", directory],
    ["trace", directory, "--json"],
    ["trace", directory, "--agent", "1", "--html"],
    ["replay", directory],
    ["compare", directory, directory],
    ["sweep", "-s", file, "--seeds", "1..2"],
    ["report", join(root, "none")],
  ])
    await shown(...args);
  assertShown(
    readFileSync(join(directory, "agent-1.html"), "utf8").replace(/<style>.*?<\/style>|<script>.*?<\/script>/gs, ""),
  );
});

test("hostile arguments are escaped in messages", async () => {
  for (const args of [
    [ALL_OF_IT],
    ["-s", ALL_OF_IT],
    ["-s", "steady", "--seed", ALL_OF_IT],
    ["-s", "steady", "--faults", ALL_OF_IT, "--virtual"],
    [`--${ALL_OF_IT}`],
    ["explore", "replay", `${ALL_OF_IT}.json`],
    ["trace", ALL_OF_IT],
    ["bench", ALL_OF_IT],
  ]) {
    const { code, stderr } = await shown(...args);
    assert.equal(code, 2, args.join());
    assert.notEqual(stderr, "");
  }
});

test("a program of the explorer with hostile names: violation, schedule, page and replay", async (t) => {
  const root = temporaryDirectory(t);
  const explore = new URL("../../../dist/explore/index.js", import.meta.url).href;
  const text = JSON.stringify(ALL_OF_IT);
  const module = join(root, "program.mjs");
  writeFileSync(
    module,
    `import { define } from ${JSON.stringify(explore)};
export default define({
  name: "harmful",
  description: ${text},
  threads: { [${text}]: () => ${text}, other: () => { throw new Error(${text}); } },
  check: () => [${text}],
});
`,
  );
  const results = join(root, NAME);
  const { code, stderr, stdout } = await shown("explore", module, "--results", results);
  assert.equal(code, 98, stderr);
  const [directory] = readdirSync(results);
  assert.ok(directory !== undefined);
  const schedule = join(results, directory, "schedule.json");
  assert.ok(existsSync(schedule));
  assert.match(stdout, /replay: simulate explore replay \$'/);
  const page = readFileSync(join(results, directory, "schedule.html"), "utf8");
  assert.ok(page.includes('<span class="word">explore</span>'));
  assertShown(page.replace(/<style>.*?<\/style>|<script>.*?<\/script>/gs, ""));
  await shown("explore", "replay", schedule, module);
  JSON.parse((await shown("explore", "replay", schedule, module, "--json")).stdout);
});
