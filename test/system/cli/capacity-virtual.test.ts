/** `simulate capacity --virtual`: the search under simulated time, whose outcome is the same each time. */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { capacitySchema, type Capacity } from "../../../dist/results/index.js";
import { onlyEntry, simulate, start, temporaryDirectory, type Ended } from "../../support/cli/simulate.js";
import { COMMITTING } from "../../support/scenario/committing.js";

function resultOf({ stdout, stderr }: Ended): Capacity {
  assert.notEqual(stdout, "", stderr);
  return capacitySchema.parse(JSON.parse(stdout));
}

/** What does not depend on when and where the search ran. */
function outcomeOf({ trials, end, capacity, fails, limit, exitCode }: Capacity): object {
  return { trials: trials.map((trial) => ({ ...trial, tookMs: 0 })), end, capacity, fails, limit, exitCode };
}

test("finds the rate above which commits are late, and the same each time, on any number of threads", async (t) => {
  const directory = temporaryDirectory(t);
  const scenario = join(directory, "committing.yaml");
  writeFileSync(scenario, COMMITTING);
  const search = ["capacity", "--scenario", scenario, "--virtual", "--seeds", "1..2", "--precision", "1.5", "--json"];
  const first = await simulate(...search, "--threads", "1", "--results", join(directory, "first"));
  const result = resultOf(first);
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual([result.engine, result.end, result.search.seeds], ["virtual", "found", { first: 1, last: 2 }]);
  assert.ok(result.capacity !== null && result.fails !== null);
  assert.ok(result.fails.workers > result.capacity.workers && result.fails.workers <= 1.5 * result.capacity.workers);
  assert.equal(new Set(result.trials.map(({ workers }) => workers)).size, result.trials.length, "no rate twice");
  assert.match(
    result.limit?.what ?? "",
    /^seed [12]: threshold status_commit_time max<0\.5 failed: observed 0\.\d+ ms$/,
  );
  assert.equal(result.limit?.part, "threshold");

  const second = start([...search, "--threads", "2", "--results", join(directory, "second")]);
  assert.deepEqual(outcomeOf(resultOf(await second.ended)), outcomeOf(result));

  // The failing seed alone misses the same threshold.
  const run = await simulate(
    ...[
      "--scenario",
      scenario,
      "--virtual",
      "--workers",
      String(result.fails.workers),
      "--results",
      join(directory, "run"),
    ],
    ...["--seed", /^seed (\d)/.exec(result.limit.what)?.[1] ?? ""],
  );
  assert.equal(run.code, 99, run.stdout);
  assert.match(run.stdout, /status_commit_time/);
});

test("a search that is interrupted goes on with what it knows, also on another machine", async (t) => {
  const results = temporaryDirectory(t);
  const scenario = join(results, "committing.yaml");
  writeFileSync(scenario, COMMITTING);
  const root = join(results, "results");
  const search = ["capacity", "--scenario", scenario, "--virtual", "--seeds", "1", "--results", root];
  const first = start(search);
  await first.printed(/verdict\n.*\n/);
  first.child.kill("SIGINT");
  const { code, stdout } = await first.ended;
  assert.equal(code, 1, stdout);
  const directory = join(root, onlyEntry(root));
  for (const [wrong, message] of [
    [["--seeds", "2"], /--seeds cannot be combined with --resume/],
    [["--virtual"], /--virtual cannot be combined with --resume/],
  ] as const) {
    const refused = await simulate("capacity", "--resume", directory, ...wrong);
    assert.deepEqual([refused.code, message.test(refused.stderr)], [2, true], refused.stderr);
  }
  const resumed = await simulate("capacity", "--resume", directory, "--json");
  assert.equal(resumed.code, 0, resumed.stderr);
  const whole = await simulate(...search, "--json");
  assert.deepEqual(outcomeOf(resultOf(resumed)), outcomeOf(resultOf(whole)));
});

for (const [args, message] of [
  [["--seeds", "1..3"], /--seeds requires --virtual/],
  [["--redis", "redis://127.0.0.1:1"], /--redis requires --virtual/],
  [
    ["--redis", "redis://127.0.0.1:1", "--target", "http://127.0.0.1:9"],
    /--redis cannot be combined with --target: this machine alone makes the load of a search/,
  ],
  [["--virtual", "--seed", "1", "--seeds", "1..3"], /--seed cannot be combined with --seeds/],
  [["--virtual", "--threads", "2", "--redis", "redis://127.0.0.1:1"], /--threads cannot be combined with --redis/],
  [["--virtual", "--target", "http://127.0.0.1:1"], /--target cannot be combined with --virtual/],
  [["--virtual", "--redis", "http://127.0.0.1:1"], /invalid value "http:\/\/127\.0\.0\.1:1" for --redis/],
] as const)
  test(`wrong usage is refused before a trial: ${args.join(" ")}`, async (t) => {
    const results = temporaryDirectory(t);
    const { code, stderr } = await simulate("capacity", "--scenario", "steady", "--results", results, ...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.deepEqual(readdirSync(results), []);
  });
