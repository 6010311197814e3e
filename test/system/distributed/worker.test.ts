/** `simulate worker`: its metrics, its end, and a block whose lock expires while it works. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test, type TestContext } from "node:test";
import { simulate, temporaryDirectory } from "../../support/cli/simulate.js";
import {
  inTheMiddle,
  resultsOf,
  run,
  startWorker,
  startWorkers,
  tinySweep,
  type Process,
} from "../../support/distributed/processes.js";
import { noRedis, TestRedis, until } from "../../support/distributed/redis.js";

/** Longer than a worker process's lock of a block. */
const PAST_LOCK_MS = 9000;

/** A sweep of one seed with so many workers: a single block. */
function bigSeed(t: TestContext, workers: number): string[] {
  const results = join(temporaryDirectory(t), "results");
  return ["sweep", "-s", "steady", "--workers", String(workers), "--seeds", "1", "--json", "--results", results];
}

/** Of the blocks of the only job: those that wait, and those that a worker process holds. */
async function blocksOf({ client }: TestRedis): Promise<{ id: string; waiting: number; held: number }> {
  const [id = ""] = await client.hkeys("crowdstorm:jobs");
  const key = `crowdstorm:blocks-${id}`;
  return { id, waiting: await client.llen(`${key}:wait`), held: await client.llen(`${key}:active`) };
}

async function untilHeld(redis: TestRedis): Promise<void> {
  await until(async () => (await blocksOf(redis)).held === 1, "a block is at work");
}

describe("a worker process", { skip: noRedis, concurrency: 2 }, () => {
  test("serves metrics of what it has done", async (t) => {
    const redis = await TestRedis.start(t);
    const worker = await startWorker(t, redis.url, ["--threads", "1", "--metrics-port", "0"]);
    const [, url = ""] = /^metrics: (http:\S+\/metrics)$/m.exec(worker.log()) ?? [];
    const metrics = async (): Promise<Map<string, number>> => {
      const response = await fetch(url);
      assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=/);
      const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      return new Map(lines.map((line) => [line.split(" ")[0] ?? "", Number(line.split(" ")[1])]));
    };
    const name = (what: string): string => `crowdstorm_worker_process_${what}`;
    const before = await metrics();
    assert.deepEqual(
      ["blocks_total", "blocks_at_work", "threads", "jobs", "jobs_refused"].map((what) => before.get(name(what))),
      [0, 0, 1, 0, 0],
    );
    assert.ok((before.get(name("clock_uncertainty_seconds")) ?? -1) >= 0);
    const sweep = await simulate(...tinySweep(temporaryDirectory(t), "1..60"), "--redis", redis.url);
    assert.equal(sweep.code, 0, sweep.stderr);
    const after = await metrics();
    assert.ok((after.get(name("block_seconds_total")) ?? 0) > 0);
    worker.child.kill("SIGINT");
    const { stderr } = await worker.ended;
    assert.equal(/stopped: (\d+) blocks? done/.exec(stderr)?.[1], String(after.get(name("blocks_total"))), stderr);
  });

  test("finishes what it holds when it is told to stop in the middle of a job", async (t) => {
    const redis = await TestRedis.start(t);
    const alone = resultsOf(await simulate(...tinySweep(temporaryDirectory(t), "1..300")));
    const { first, job } = await inTheMiddle(async () => {
      const directory = temporaryDirectory(t);
      const [first] = await startWorkers(t, redis, 2);
      assert.ok(first !== undefined);
      return { first, directory, job: run(t, ...tinySweep(directory, "1..300"), "--redis", redis.url) };
    });
    first.child.kill("SIGTERM");
    const stopped = await first.ended;
    assert.equal(stopped.code, 0, stopped.stderr);
    assert.match(
      stopped.stderr,
      /stopping: \d blocks? at work; Ctrl-C again stops at once\n( {2}.*\n)*stopped: \d+ blocks? done\n$/,
    );
    const ended = await job.ended;
    assert.deepEqual(resultsOf(ended), alone, ended.stderr);
  });

  test("hands back a block that takes longer, and stops at once at a second Ctrl-C", async (t) => {
    const redis = await TestRedis.start(t);
    const sweep = run(t, ...bigSeed(t, 20_000), "--redis", redis.url);
    const [first] = await startWorkers(t, redis, 1);
    await untilHeld(redis);
    first?.child.kill("SIGINT");
    const handedBack = await first?.ended;
    assert.equal(handedBack?.code, 0, handedBack?.stderr);
    assert.match(handedBack.stderr, /stopping: 1 block at work; .*\n( {2}.*\n)*stopped: 0 blocks done\n$/);
    const { id, ...blocks } = await blocksOf(redis);
    assert.deepEqual(blocks, { waiting: 1, held: 0 });

    const [second] = await startWorkers(t, redis, 1);
    await untilHeld(redis);
    assert.ok(second !== undefined);
    second.child.kill("SIGINT");
    await until(() => second.log().includes("stopping: 1 block at work"), "it is stopping");
    second.child.kill("SIGINT");
    const killed = await second.ended;
    assert.equal(killed.code, 130, killed.stderr);
    assert.doesNotMatch(killed.stderr, /stopped:/);

    sweep.child.kill("SIGINT");
    const { code, stderr } = await sweep.ended;
    assert.equal(code, 1, stderr);
    assert.equal((await simulate("jobs", id, "--cancel", "--redis", redis.url)).code, 0);
  });

  test("delivers a block whose lock has expired", async (t) => {
    const redis = await TestRedis.start(t);
    const args = bigSeed(t, 4000);
    const alone = resultsOf(await simulate(...args));
    const sweep: Process = run(t, ...args, "--redis", redis.url);
    const [worker] = await startWorkers(t, redis, 1);
    await untilHeld(redis);
    worker?.child.kill("SIGSTOP");
    await sleep(PAST_LOCK_MS);
    worker?.child.kill("SIGCONT");
    const ended = await sweep.ended;
    assert.deepEqual(resultsOf(ended), alone, ended.stderr);
    const late = /the lock of block 1-1 had expired: its result was sent all the same/;
    await until(() => late.test(worker?.log() ?? ""), "it was delivered late");
  });
});
