/** Jobs over Redis beside sweeps: explorations, refusals at both ends, hostile data, the list of jobs and their end. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { simulate, temporaryDirectory, type Ended } from "../../support/cli/simulate.js";
import {
  firstBlock,
  jobIn,
  resultsOf,
  run,
  runWith,
  startWorker,
  startWorkers,
  TINY,
  tinySweep,
} from "../../support/distributed/processes.js";
import { noRedis, TestRedis, until } from "../../support/distributed/redis.js";

const PASSWORD = "hunter2";

/** What an exploration prints, without its times and its files. */
function explorationOf({ stdout, stderr }: Ended): Record<string, unknown> {
  assert.notEqual(stdout, "", stderr);
  const { seconds, pointsPerSecond, file, page, resume, ...counts } = JSON.parse(stdout) as Record<string, unknown>;
  assert.ok(seconds !== undefined && pointsPerSecond !== undefined);
  assert.equal(file === undefined, page === undefined);
  // A violation is in a file; what was stopped goes on by a command.
  assert.ok(file === undefined || resume === undefined);
  return counts;
}

const requires = { version: "0.1.0", nodeMajor: Number(process.versions.node.split(".")[0]) };
const entry = (id: string, other: object) => ({
  messages: 1,
  id,
  kind: "sweep",
  title: "made up",
  requires,
  state: "running",
  done: 0,
  total: 1,
  failed: 0,
  coordinator: "test",
  createdAt: 0,
  seenAt: 0,
  ...other,
});

describe("jobs over Redis", { skip: noRedis }, () => {
  let redis: TestRedis;
  let url: string;
  const atEnd: (() => void)[] = [];
  const suite = { after: (fn: () => void) => void atEnd.push(fn) };
  const folder = temporaryDirectory(suite);
  const module = join(folder, "mine.mjs");
  let worker: Awaited<ReturnType<typeof startWorkers>>[number];

  before(async () => {
    writeFileSync(
      module,
      `export default { name: "mine", description: "d", incident: "i",
      arrivals: { stages: [{ duration: "200ms", target: 10 }] },
      task: { blueprint: "chat", liveUpdateTimeout: "1s", submissionTimeout: "1s" },
      behaviours: { all: { weight: 1, actions: 1, thinkTime: "10ms" } }, drainTimeout: "5s" };`,
    );
    redis = await TestRedis.start(suite);
    url = redis.url;
    const [first] = await startWorkers(suite, redis, 1);
    assert.ok(first);
    worker = first;
  });
  after(() => {
    for (const end of atEnd.reverse()) end();
  });

  for (const [program, mailbox, code] of [
    ["shutdown-waiter", "reference", 98],
    ["shutdown-waiter", "sound", 0],
  ] as const) {
    test(`explore ${program} with ${mailbox} has the same counts and the same schedule as alone`, async () => {
      const args = ["explore", program, "--mailbox", mailbox, "--strategy", "pct", "--schedules", "300", "--json"];
      const alone = await simulate(...args, "--results", join(folder, "alone"));
      const shared = await simulate(...args, "--results", join(folder, "shared"), "--redis", url);
      assert.equal(alone.code, code, alone.stderr);
      assert.equal(shared.code, code, shared.stderr);
      assert.doesNotMatch(shared.stderr, /lost/);
      assert.deepEqual(explorationOf(shared), explorationOf(alone));
    });
  }

  for (const signal of ["SIGKILL", "SIGINT"] as const)
    test(`an exploration whose coordinator got ${signal} is resumed by the id of its job`, async (t) => {
      const args = ["explore", "shutdown-waiter", "--strategy", "random", "--schedules", "6000", "--json"];
      const alone = explorationOf(await simulate(...args, "--results", join(folder, "alone")));
      const directory = temporaryDirectory(t);
      const results = ["--results", join(directory, "results")];
      const first = run(t, ...args, ...results, "--redis", url);
      assert.ok(await firstBlock(directory, first), first.log());
      first.child.kill(signal);
      await first.ended;
      const { id } = jobIn(directory);
      const other = await simulate(...args, ...results, "--seed", "2", "--resume", id, "--redis", url);
      assert.match(other.stderr, /^simulate: the options differ from those of the job/);
      const resumed = await simulate(...args, ...results, "--resume", id, "--redis", url);
      assert.equal(resumed.code, 0, resumed.stderr);
      assert.deepEqual(explorationOf(resumed), alone);
      assert.match((await simulate("jobs", "--redis", url)).stdout, /^no jobs in redis:/);
    });

  test("an exploration ends after --seconds, whatever is collected, and is resumable", {
    timeout: 600_000,
  }, async (t) => {
    // Collects as often as it can: a timeout that only a weak reference holds would never come.
    const collects = `import v8 from "node:v8"; import vm from "node:vm"; v8.setFlagsFromString("--expose-gc");
      setInterval(vm.runInNewContext("gc"), 100).unref();`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(collects)}` };
    const args = ["explore", "shutdown-waiter", "--strategy", "random", "--schedules", "1000000000", "--redis", url];
    const results = join(temporaryDirectory(t), "results");
    const wrong = await simulate(...args, "--seconds", "soon", "--results", results);
    assert.match(wrong.stderr, /^simulate: invalid value "soon" for --seconds: expected a whole number/);
    assert.ok(!existsSync(results), "nothing is left of a command that is refused");
    const { ended } = runWith(t, [...args, "--seconds", "1", "--results", results, "--json"], { env });
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 0, stderr);
    const [, id = ""] = /--resume (\S+)/.exec((JSON.parse(stdout) as { resume: string }).resume) ?? [];
    const cancelled = await simulate("jobs", basename(id), "--cancel", "--redis", url);
    assert.equal(cancelled.code, 0, cancelled.stderr);
  });

  test("a job of another version, of another kind or with invalid data is refused with one line", async () => {
    const jobs: readonly (readonly [id: string, other: object, spec: unknown, why: RegExp])[] = [
      [
        "newer",
        { requires: { ...requires, version: "9.9.9" } },
        {},
        /needs crowdstorm 9\.9\.9, the worker process has/,
      ],
      ["node", { requires: { ...requires, nodeMajor: 99 } }, {}, /needs Node 99, the worker process has v/],
      ["kind", { kind: "constructor" }, {}, /no jobs of the kind "constructor"/],
      ["spec", {}, { scenario: "rm -rf" }, /invalid specification: /],
      [
        "plan",
        { requires: { ...requires, planHash: "0".repeat(64) } },
        sweepSpec(TINY),
        /has the hash [\da-f]{12}… here/,
      ],
      ["text", {}, sweepSpec("name: 7"), /invalid scenario: /],
      ["huge", {}, { ...sweepSpec(TINY), workers: 1e15 }, /workers must be at most/],
      [
        "module",
        { requires: { ...requires, module: { name: "x.mjs", digest: "a".repeat(64) } } },
        sweepSpec(TINY),
        /needs the module x\.mjs/,
      ],
    ];
    for (const [id, other, spec] of jobs) {
      await redis.client.set(`crowdstorm:spec:${id}`, JSON.stringify(spec));
      await redis.client.hset("crowdstorm:jobs", id, JSON.stringify(entry(id, other)));
    }
    await redis.client.hset("crowdstorm:jobs", "broken", "{", "other-id", JSON.stringify(entry("evil\u001b[2J", {})));
    for (const [id, , , why] of jobs)
      await until(() => new RegExp(`^job ${id}: refused: .*${why.source}`, "m").test(worker.log()), `${id} is refused`);
    const listed = await simulate("jobs", "plan", "--redis", url);
    assert.match(listed.stdout, /^plan {2}coordinator not seen[^]*worker process \S+: refused: the plan of seed 1 has/);
    for (const [id] of jobs) assert.equal((await simulate("jobs", id, "--cancel", "--redis", url)).code, 0);
    await redis.client.hdel("crowdstorm:jobs", "broken", "other-id");
    assert.equal((worker.log().match(/refused/g) ?? []).length, jobs.length);
    assert.doesNotMatch(worker.log(), /evil|broken/);
  });

  test("a worker process of another version is refused with one line by the coordinator", async () => {
    const other = {
      ...{ messages: 1, id: "old", host: "h", cores: 1, threads: 1, node: process.version, version: "0.0.1" },
      ...{ clock: { offsetMs: 0, uncertaintyMs: 0 }, accepted: [], refused: [], blocks: 0, blocksDone: 0 },
      seenAt: Date.now() + 1e7,
    };
    await redis.client.hset("crowdstorm:workers", "old", JSON.stringify(other));
    const sweep = await simulate(...tinySweep(temporaryDirectory(suite), "1..20"), "--redis", url);
    await redis.client.hdel("crowdstorm:workers", "old");
    assert.equal(sweep.code, 0, sweep.stderr);
    assert.equal(sweep.stderr.match(/worker process old: refused: the job needs crowdstorm/g)?.length, 1);
  });

  test("a module is worked on only with the same file", async (t) => {
    const args = ["sweep", "-s", module, "--seeds", "1..5", "--json", "--results", join(temporaryDirectory(t), "r")];
    const sweep = run(t, ...args, "--redis", url);
    await until(() => /refused: the job needs the module mine\.mjs/.test(sweep.log()), "it is refused");
    await startWorkers(t, redis, 1, "--modules", module);
    assert.deepEqual(resultsOf(await sweep.ended), resultsOf(await simulate(...args)));
  });

  test("a program that fails in a worker process only is refused with one line", async (t) => {
    const directory = temporaryDirectory(t);
    const program = join(directory, "moody.mjs");
    writeFileSync(
      program,
      `import { define } from ${JSON.stringify(new URL("../../../dist/explore.js", import.meta.url).href)};
      const check = () => (process.env.MOODY === "yes" ? ["it is in a bad mood"] : []);
      export const moody = define({ name: "moody", description: "d", threads: { a: () => null }, check });`,
    );
    await startWorker(t, url, ["--threads", "1", "--modules", program], { env: { MOODY: "yes" } });
    const args = ["explore", program, "--strategy", "random", "--schedules", "5", "--json"];
    const { code, stdout, stderr } = await simulate(...args, "--results", join(directory, "r"), "--redis", url);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, /\nsimulate: program moody: schedule \d+ fails in a worker process and not here: .*\n$/);
  });

  test("a job is listed and cancelled by its id, and can be resumed", async (t) => {
    const directory = temporaryDirectory(t);
    const args = tinySweep(directory, "1..100000");
    const sweep = run(t, ...args, "--redis", url);
    assert.ok(await firstBlock(directory, sweep), sweep.log());
    const { id } = jobIn(directory);
    const { jobs, workers } = JSON.parse((await simulate("jobs", "--json", "--redis", url)).stdout) as {
      jobs: { id: string; state: string }[];
      workers: unknown[];
    };
    assert.deepEqual(
      jobs.map((job) => job.id),
      [id],
    );
    // A worker process of an earlier test that was killed stays listed until its entry expires.
    assert.ok(workers.length >= 1);
    const cancelled = await simulate("jobs", id, "--cancel", "--redis", url);
    assert.match(cancelled.stdout, /: cancelled; its coordinator \S+ ends\n$/);
    const ended = await sweep.ended;
    assert.equal(ended.code, 1);
    assert.match(
      ended.stderr,
      new RegExp(`was cancelled\nto continue: simulate sweep --resume \\S*${id} --redis redis://127`),
    );
    assert.equal(resultsOf(ended)["interrupted"], true);
    assert.ok(existsSync(join(directory, "results", id, "blocks.ndjson")));
    assert.match((await simulate("jobs", "--redis", url)).stdout, /^no jobs in redis:/);
    assert.equal(readdirSync(join(directory, "results")).length, 1);
  });
});

function sweepSpec(text: string): object {
  return { scenario: { text, origin: "tiny.yaml" }, mailbox: "sound", firstSeed: 1 };
}

test("what cannot work is one line, without the password", async () => {
  for (const [args, code, expected] of [
    [["worker"], 2, /^simulate: --redis is missing: expected the URL of a Redis server\n$/],
    [
      ["worker", "--redis", `redis://:${PASSWORD}@127.0.0.1:1`],
      1,
      /^simulate: cannot use redis:\S+: connection refused\n$/,
    ],
    [
      ["worker", "--redis", `redis://:${PASSWORD}@127.0.0.1/x`],
      2,
      /^simulate: invalid value for --redis: expected a URL/,
    ],
    [["jobs", "--cancel", "--redis", "redis://127.0.0.1:1"], 2, /^simulate: --cancel requires the id of a job/],
    [["sweep", "-s", "steady", "--resume", "x", "--redis", "redis://127.0.0.1:1"], 2, /--scenario cannot be combined/],
    [["sweep", "--resume", "x", "--redis", "redis://127.0.0.1:1"], 2, /there is no job "x" in results/],
    [["sweep", "-s", "steady", "--threads", "1", "--redis", "redis://127.0.0.1:1"], 2, /--threads cannot be combined/],
    [["explore", "signal", "--redis", "redis://127.0.0.1:1"], 2, /--redis applies to pct, random, not to exhaustive/],
    [["jobs", `redis://:${PASSWORD}@host`, "--redis", "redis://127.0.0.1:1"], 1, /^simulate: cannot use/],
  ] as const) {
    const { code: got, stderr, stdout } = await simulate(...args);
    assert.equal(got, code, stderr);
    assert.match(stderr, expected);
    assert.equal(stderr.split("\n").length, 2, stderr);
    assert.doesNotMatch(stderr + stdout, new RegExp(PASSWORD));
  }
});
