/**
 * A sweep over worker processes has the same results as alone, bit for bit, whatever is lost while it runs: worker
 * processes, the coordinator, Redis, its data, its memory.
 */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import { FlowProducer } from "bullmq";
import { onlyEntry, simulate, temporaryDirectory } from "../../support/cli/simulate.js";
import { inTheMiddle, jobIn, resultsOf, run, startWorkers, tinySweep } from "../../support/distributed/processes.js";
import { noRedis, TestRedis, until, untilNoJobs } from "../../support/distributed/redis.js";

const SEEDS = "1..500";

test("seeds that break an invariant or miss a threshold are the same over worker processes, bit for bit", {
  skip: noRedis,
}, async (t) => {
  const redis = await TestRedis.start(t);
  await startWorkers(t, redis, 2);
  const directory = temporaryDirectory(t);
  const sweep = ["sweep", "--demo", "--thresholds", "--seeds", "1..100", "--json", "--results", directory];
  const alone = await simulate(...sweep);
  const results = resultsOf(alone);
  const [failing, missing] = ["failing", "missing"].map((name) =>
    (results[name] as { seed: number }[]).map(({ seed }) => seed),
  );
  assert.ok(failing !== undefined && failing.length > 0);
  assert.deepEqual(missing, failing);
  const ended = await simulate(...sweep, "--redis", redis.url);
  assert.deepEqual(resultsOf(ended), results, ended.stderr);
  assert.deepEqual([alone.code, ended.code], [98, 98]);
});

test("seeds that do not carry out their plan are the same over worker processes", { skip: noRedis }, async (t) => {
  const redis = await TestRedis.start(t);
  await startWorkers(t, redis, 2);
  const directory = temporaryDirectory(t);
  const sweep = [...tinySweep(directory, "1..20"), "--threshold", "errors=count==0"];
  const file = join(directory, "tiny.yaml");
  const idle = readFileSync(file, "utf8").replace(
    "actions: 1, thinkTime: 10ms",
    "thinkTime: 10ms, idle: { afterActions: 1 }",
  );
  writeFileSync(file, idle.replaceAll("Timeout: 1s", "Timeout: 60s"));
  const alone = await simulate(...sweep);
  const results = resultsOf(alone);
  const [cutOff] = results["missing"] as { thresholds: unknown[]; reasons: string[] }[];
  assert.deepEqual(cutOff?.thresholds, []);
  assert.match(cutOff.reasons.join("\n"), /^\d workers? had not finished when the run was given up/);
  const ended = await simulate(...sweep, "--redis", redis.url);
  assert.deepEqual(resultsOf(ended), results, ended.stderr);
  assert.deepEqual([alone.code, ended.code], [99, 99]);
});

test("worker processes run the scenario with its changes, and the commands of a resumed sweep have them", {
  skip: noRedis,
}, async (t) => {
  const redis = await TestRedis.start(t);
  const directory = temporaryDirectory(t);
  const changes = ["--set", "behaviours.stays.actions=3", "--threshold", "workers_started=count<1"];
  const sweep = [...tinySweep(directory, "1..20"), ...changes];
  const alone = resultsOf(await simulate(...sweep));
  const [missing] = alone["missing"] as { reproduce: string }[];
  assert.ok(missing?.reproduce.endsWith("--set behaviours.stays.actions=3 --threshold 'workers_started=count<1'"));
  // Without a worker process it waits, and is resumed.
  const results = join(directory, "over");
  const over = sweep.map((word) => (word === join(directory, "results") ? results : word));
  const stopped = run(t, ...over, "--redis", redis.url);
  await until(() => stopped.log().includes("job sweep-tiny"), "the job is published");
  stopped.child.kill("SIGINT");
  await stopped.ended;
  await startWorkers(t, redis, 1);
  const resume = ["sweep", "--resume", join(results, onlyEntry(results)), "--redis", redis.url, "--json"];
  const refused = await simulate(...resume, "--threshold", "errors=count<1");
  assert.deepEqual([refused.code, refused.stdout], [2, ""]);
  assert.match(refused.stderr, /^simulate: --threshold cannot be combined with --resume/);
  const ended = await simulate(...resume);
  assert.deepEqual(resultsOf(ended), alone, ended.stderr);
});

test("its commands name the scenario that it stores, where the file has an environment variable", {
  skip: noRedis,
}, async (t) => {
  const redis = await TestRedis.start(t);
  await startWorkers(t, redis, 1);
  const directory = temporaryDirectory(t);
  const sweep = tinySweep(directory, "1..2");
  const file = join(directory, "tiny.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("name: tiny", "name: ${CROWDSTORM_TEST_NAME:-tiny}"));
  const ended = await simulate(...sweep, "--threshold", "workers_started=count<1", "--redis", redis.url);
  assert.equal(ended.code, 99, ended.stderr);
  const [missing] = resultsOf(ended)["missing"] as { reproduce: string }[];
  const kept = join(directory, "results", onlyEntry(join(directory, "results")), "scenario.yaml");
  assert.equal(missing?.reproduce, `simulate --scenario ${kept} --virtual --seed 1`);
  assert.match(readFileSync(kept, "utf8"), /name: tiny\n[^]*workers_started/);
});

describe("a sweep of 500 seeds over worker processes", { skip: noRedis, concurrency: 2 }, () => {
  let alone: Record<string, unknown>;

  before(async () => {
    const directory = temporaryDirectory({ after: (fn) => process.once("exit", fn) });
    alone = resultsOf(await simulate(...tinySweep(directory, SEEDS)));
    assert.equal(alone["seeds"], 500);
  });

  async function started(t: TestContext, workers: number, ...redisOptions: string[]) {
    const redis = await TestRedis.start(t, ...redisOptions);
    const processes = await startWorkers(t, redis, workers);
    const directory = temporaryDirectory(t);
    const job = run(t, ...tinySweep(directory, SEEDS), "--redis", redis.url);
    return { redis, processes, directory, job };
  }

  test("has the same results on three, and leaves nothing behind", async (t) => {
    const { redis, processes, directory, job } = await started(t, 3);
    const ended = await job.ended;
    assert.deepEqual(resultsOf(ended), alone, ended.stderr);
    assert.equal(ended.code, 0);
    assert.equal(existsSync(join(directory, "results", "blocks.ndjson")), false);
    for (const { child } of processes) child.kill("SIGINT");
    for (const { ended: stopped } of processes) {
      const { code, stderr } = await stopped;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /accepted: tiny, seeds 1\.\.500\n[^]*stopped: \d+ blocks? done\n$/);
    }
    // BullMQ's key of the last check for stalled blocks expires after a second.
    await until(async () => (await redis.client.keys("crowdstorm:*")).length === 0, "no key is left");
  });

  test("survives a killed worker process, and one that stands still for longer than its lock", async (t) => {
    const { processes, job } = await inTheMiddle(() => started(t, 3));
    const [killed, paused] = processes;
    killed?.child.kill("SIGKILL");
    paused?.child.kill("SIGSTOP");
    const ended = await job.ended;
    assert.deepEqual(resultsOf(ended), alone, ended.stderr);
    // It still has the result of a block that another one executed. It goes on with the next job.
    paused?.child.kill("SIGCONT");
    paused?.child.kill("SIGINT");
    assert.equal((await paused?.ended)?.code, 0);
  });

  test("survives its killed coordinator, which is resumed by the id of the job", async (t) => {
    const { redis, directory, job } = await inTheMiddle(() => started(t, 2));
    job.child.kill("SIGKILL");
    await job.ended;
    const { id, path } = jobIn(directory);
    // A line that the disk did not get whole.
    appendFileSync(join(path, "blocks.ndjson"), '{"first":1,"last":');
    const kept = readFileSync(join(path, "blocks.ndjson"), "utf8").split("\n").length - 1;
    assert.ok(kept > 0);
    const resume = ["--resume", id, "--results", join(directory, "results"), "--json"];
    const ended = await simulate("sweep", ...resume, "--redis", redis.url);
    assert.deepEqual(resultsOf(ended), alone, ended.stderr);
    await untilNoJobs(redis);
  });

  test("leaves nothing in Redis when its coordinator was killed and the job is cancelled", async (t) => {
    const { redis, directory, job } = await inTheMiddle(() => started(t, 2));
    job.child.kill("SIGKILL");
    await job.ended;
    const { id } = jobIn(directory);
    const isLost = async (): Promise<boolean> =>
      (await simulate("jobs", id, "--redis", redis.url)).stdout.includes("coordinator not seen");
    await until(isLost, "the coordinator counts as lost");
    const cancelled = await simulate("jobs", id, "--cancel", "--redis", redis.url);
    assert.match(cancelled.stdout, /: cancelled \(coordinator not seen for \d+ s\)\n$/);
    await untilNoJobs(redis);
  });

  test("survives a killed Redis that comes back with its data", async (t) => {
    const stored = ["--appendonly", "yes", "--appendfsync", "everysec"];
    const { redis, job } = await inTheMiddle(() => started(t, 2, ...stored));
    await redis.kill();
    await redis.start();
    const ended = await job.ended;
    assert.deepEqual(resultsOf(ended), alone, ended.stderr);
    assert.match(ended.stderr, /connection to redis:\S+ lost: trying again\n[^]*again\n/);
  });

  test("survives a killed Redis that comes back without its data", async (t) => {
    const { redis, job } = await inTheMiddle(() => started(t, 2));
    await redis.kill();
    await redis.start();
    const ended = await job.ended;
    assert.deepEqual(resultsOf(ended), alone, ended.stderr);
    assert.match(ended.stderr, /Redis has lost the job: it is published again/);
  });

  test("survives a Redis whose memory is full for a while", async (t) => {
    const { redis, job } = await inTheMiddle(() => started(t, 2));
    await redis.client.config("SET", "maxmemory", "1");
    await until(() => /Redis refuses: .*OOM/.test(job.log()), "the coordinator is refused");
    await redis.client.config("SET", "maxmemory", "0");
    const ended = await job.ended;
    assert.deepEqual(resultsOf(ended), alone, ended.stderr);
  });

  test("counts a block once that comes many times", async (t) => {
    const { redis, directory, job } = await inTheMiddle(() => started(t, 2));
    const { id } = jobIn(directory);
    const flows = new FlowProducer({ connection: { url: redis.url }, prefix: "crowdstorm" });
    const blocks = [1, 1, 2, 3].map((seed, index) => ({
      name: "sweep",
      queueName: `blocks-${id}`,
      data: { first: seed, last: seed },
      opts: { jobId: `${seed}-${seed}.again-${index}`, removeOnComplete: true },
    }));
    await flows.add({ name: "wave", queueName: `waves-${id}`, opts: { removeOnComplete: true }, children: blocks });
    await flows.close();
    const ended = await job.ended;
    assert.deepEqual(resultsOf(ended), alone, ended.stderr);
  });
});
