/** The load of a run from several worker processes, over a real Redis. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { describe, test, type TestContext } from "node:test";
import { parse } from "yaml";
import type { Summary } from "../../../dist/results/index.js";
import { buildPlan, parseScenario, planHash } from "../../../dist/load/scenario/index.js";
import { firstBlock, jobIn, startWorker, tinySweep } from "../../support/distributed/processes.js";
import { noRedis, TestRedis, until, untilNoJobs } from "../../support/distributed/redis.js";
import { otherHost } from "../../support/distributed/slow-link.js";
import { onlySummary, simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";
import { runAgainst, scenarioText } from "../../support/network/target-run.js";
import { serveTask, type TaskServerOptions } from "../../support/network/task-server.js";
import { join } from "node:path";

async function served(t: TestContext, options: TaskServerOptions = {}) {
  const server = await serveTask(options);
  t.after(() => server.close());
  return server;
}

/** The scenario as a JavaScript module. */
function moduleText(text: string): string {
  return `export default ${JSON.stringify(parse(text))};`;
}

/** A slow machine may not keep the schedule, and a busy one is named, which is no matter here. */
const reasonsOf = ({ verdict }: Summary): string[] =>
  verdict.reasons.filter(({ code }) => code !== "load-late" && code !== "machine-busy").map(({ text }) => text);

/**
 * The start of a machine is agreed on by its clock's offset; that of one machine's processes differs by the error
 * alone.
 */
function assertStartsAgree(t: TestContext, { machines = [] }: Summary): void {
  const [a, b] = machines;
  assert.ok(a !== undefined && b !== undefined);
  const apart = Math.abs(a.clock.aheadMs - b.clock.aheadMs);
  const uncertainty = a.clock.uncertaintyMs + b.clock.uncertaintyMs;
  const found = `the starts are ${apart.toFixed(3)} ms apart, the uncertainty is ${uncertainty.toFixed(3)} ms`;
  t.diagnostic(found);
  assert.ok(apart <= 5 + uncertainty, found);
}

describe("machines", { skip: noRedis, concurrency: 3 }, () => {
  test("two machines carry the plan of one", async (t) => {
    const redis = await TestRedis.start(t);
    const database = join(temporaryDirectory(t), "database.db");
    const server = await served(t, { database });
    const workers = await Promise.all([startWorker(t, redis.url), startWorker(t, redis.url)]);
    const text = scenarioText({ workers: 12 });
    const run = await runAgainst(t, server.url, text, "--redis", redis.url, "--database", database);
    assert.ok(run.summary !== undefined, run.stderr);
    const { summary } = run;
    assert.deepEqual(reasonsOf(summary), [], run.stdout);
    assert.equal(summary.plan.hash, planHash(buildPlan(parseScenario(text, "test"))));
    assert.deepEqual(
      [...server.agents.values()]
        .map(({ workerName }) => Number(/worker-(\d+)$/.exec(workerName)?.[1]))
        .sort((a, b) => a - b),
      Array.from({ length: 12 }, (_, index) => index),
    );
    assert.equal(summary.counters["live_updates_sent"], 36);
    assert.equal(summary.invariants.length, 8);
    assert.deepEqual(
      summary.machines?.map(({ name, workers: share }) => [name, share]),
      workers.map(({ id }) => [id, 6]).sort(),
    );
    assertStartsAgree(t, summary);
    assert.match(run.stdout, new RegExp(`Machines\n  [✓✗] ${String(summary.machines[0]?.name)}\n`));
    for (const { child, log } of workers) {
      child.kill("SIGINT");
      await once(child, "close");
      assert.match(log(), /: reported$/m);
      assert.equal(child.exitCode, 0, log());
    }
  });

  test("a machine that is killed ends the run, and its workers are named", async (t) => {
    const redis = await TestRedis.start(t);
    const server = await served(t);
    const [first, ...others] = await Promise.all(
      Array.from({ length: 3 }, () => startWorker(t, redis.url, ["--threads", "1"])),
    );
    assert.ok(first !== undefined);
    const kill = setInterval(() => {
      if (server.sockets.size < 9) return;
      clearInterval(kill);
      first.child.kill("SIGKILL");
    }, 50);
    const text = scenarioText({ workers: 9, behaviours: "all: { weight: 1, actions: 2000, thinkTime: 50ms }" });
    const run = await runAgainst(t, server.url, text, "--redis", redis.url, "--machines", "3");
    assert.ok(run.summary !== undefined, run.stderr);
    assert.equal(run.code, 1, run.stdout);
    const { end, machines = [] } = run.summary;
    assert.match(
      end.why ?? "",
      new RegExp(
        `^machine ${first.id} was lost: nothing was heard from it for 10 s; with it workers \\d, \\d, \\d: 3 of 3 had not`,
      ),
    );
    assert.deepEqual(
      machines.map(({ name, lost }) => [name, lost !== undefined]).sort(),
      [[first.id, true], ...others.map(({ id }) => [id, false])].sort(),
    );
  });

  test("machines whose coordinator was killed stop, and are idle again", async (t) => {
    const redis = await TestRedis.start(t);
    const server = await served(t);
    const worker = await startWorker(t, redis.url, ["--threads", "1"]);
    const directory = temporaryDirectory(t);
    const file = join(directory, "endless.yaml");
    writeFileSync(
      file,
      scenarioText({ workers: 4, behaviours: "all: { weight: 1, actions: 9000, thinkTime: 100ms }" }),
    );
    const args = ["--scenario", file, "--target", server.url, "--redis", redis.url, "--results", directory];
    const { child, ended } = start(args);
    await until(() => server.sockets.size === 4, "four workers are connected");
    child.kill("SIGKILL");
    await ended;
    const isIdle = /aborted: nothing was heard from it for 10 s[^]*: ended/;
    await until(() => isIdle.test(worker.log()), "the machine is idle again");
    await untilNoJobs(redis);
    const again = await runAgainst(t, server.url, scenarioText({ workers: 2 }), "--redis", redis.url);
    assert.deepEqual(
      again.summary?.machines?.map(({ name }) => name),
      [worker.id],
      again.stderr,
    );
  });

  test("a worker process is idle once the coordinator of its sweep is lost, and busy before", async (t) => {
    const redis = await TestRedis.start(t);
    const server = await served(t);
    const worker = await startWorker(t, redis.url, ["--threads", "1"]);
    const directory = temporaryDirectory(t);
    const sweep = start([...tinySweep(directory, "1..100000"), "--redis", redis.url]);
    t.after(() => sweep.child.kill("SIGKILL"));
    assert.ok(await firstBlock(directory, sweep), "the sweep has begun");
    const { id } = jobIn(directory);
    const busy = await runAgainst(t, server.url, scenarioText({ workers: 2 }), "--redis", redis.url);
    assert.equal(busy.code, 1);
    const line =
      `simulate: 0 idle worker processes at ${redis.url}, 1 busy with ${id}: expected 1 or more; ` +
      `start simulate worker --redis ${redis.url} on each machine, ` +
      `or end a job: simulate jobs ${id} --cancel --redis ${redis.url}\n`;
    assert.ok(busy.stderr.endsWith(line), busy.stderr);

    sweep.child.kill("SIGKILL");
    await sweep.ended;
    const listed = async (): Promise<{ jobs: { isLost: boolean }[]; workers: { blocks: number }[] }> =>
      JSON.parse((await simulate("jobs", "--json", "--redis", redis.url)).stdout) as Awaited<ReturnType<typeof listed>>;
    await until(async () => {
      const { jobs, workers } = await listed();
      return jobs.every(({ isLost }) => isLost) && workers.every(({ blocks }) => blocks === 0);
    }, "the coordinator is lost, and no block is at work");
    const run = await runAgainst(t, server.url, scenarioText({ workers: 2 }), "--redis", redis.url);
    assert.deepEqual(
      run.summary?.machines?.map(({ name }) => name),
      [worker.id],
      run.stderr,
    );
    assert.deepEqual(reasonsOf(run.summary), [], run.stdout);
    assert.deepEqual(await redis.client.hkeys("crowdstorm:jobs"), [id], "the sweep can still be resumed");
  });

  test("a run is listed with the workers that have ended, and cancelled by its id", async (t) => {
    const redis = await TestRedis.start(t);
    const server = await served(t);
    const worker = await startWorker(t, redis.url, ["--threads", "1"]);
    const behaviours = `
  quick: { weight: 0.5, actions: 1, thinkTime: 10ms }
  slow: { weight: 0.5, actions: 9000, thinkTime: 100ms }`;
    const running = runAgainst(
      t,
      server.url,
      scenarioText({ workers: 8, behaviours, drain: "300s" }),
      "--redis",
      redis.url,
    );
    const list = (): Promise<Record<string, string>> => redis.client.hgetall("crowdstorm:jobs");
    let id = "";
    await until(async () => {
      const [job] = Object.values(await list()).map((text) => JSON.parse(text) as { id: string; done: number });
      id = job?.id ?? "";
      return (job?.done ?? 0) > 0;
    }, "a worker of the run has ended");
    const cancelled = await simulate("jobs", id, "--cancel", "--redis", redis.url);
    assert.equal(cancelled.code, 0, `${cancelled.stdout}${cancelled.stderr}`);
    assert.match(cancelled.stdout, /^load-outside-\S+: cancelled; its coordinator \S+ ends\n$/);
    const run = await running;
    assert.ok(run.summary !== undefined, run.stderr);
    assert.ok([1, 97].includes(run.code ?? 0), run.stdout);
    assert.deepEqual(run.summary.end, { how: "interrupted", why: `the job ${id} was cancelled` });
    assert.match(run.stdout.replaceAll(/\s+/g, " "), new RegExp(`the job ${id} was cancelled`));
    assert.deepEqual(
      run.summary.machines?.map(({ lost }) => lost),
      [undefined],
    );
    await until(() => /: reported$/m.test(worker.log()), "the machine has reported");
    await untilNoJobs(redis);
  });

  test("a machine without the scenario's module refuses, and the coordinator says why", async (t) => {
    const redis = await TestRedis.start(t);
    const server = await served(t);
    const worker = await startWorker(t, redis.url, ["--threads", "1"]);
    const directory = temporaryDirectory(t);
    const module = join(directory, "mine.mjs");
    writeFileSync(module, moduleText(scenarioText({ workers: 2 })));
    const args = ["--scenario", module, "--target", server.url, "--redis", redis.url];
    const refused = await simulate(...args, "--results", join(directory, "refused"));
    assert.equal(refused.code, 1, refused.stderr);
    const why =
      "the job needs the module mine\\.mjs with the SHA-256 [\\da-f]{12}…, the worker process has no such file";
    assert.match(refused.stderr, new RegExp(`\nsimulate: machine ${worker.id}: ${why} \\(--modules\\)\n$`));
    await until(() => new RegExp(`refused: ${why}`).test(worker.log()), "the machine says why too");
    await untilNoJobs(redis);

    const other = await startWorker(t, redis.url, ["--threads", "1", "--modules", module]);
    worker.child.kill("SIGINT");
    await once(worker.child, "close");
    const accepted = await simulate(...args, "--results", join(directory, "accepted"));
    assert.deepEqual(
      onlySummary(join(directory, "accepted")).machines?.map(({ name }) => name),
      [other.id],
      accepted.stderr,
    );
  });

  test("starts agree between two network namespaces with 40 ms of delay and 1 % of loss", async (t) => {
    const link = await otherHost(t, { delayMs: 40, lossPercent: 1 });
    if (typeof link === "string") {
      t.skip(link);
      return;
    }
    const redis = await TestRedis.start(t, "--bind", "127.0.0.1", link.host);
    const server = await served(t, { host: link.host });
    await Promise.all([
      startWorker(t, redis.url, ["--allow-remote"]),
      startWorker(t, `redis://${link.host}:${redis.port}`, ["--allow-remote"], { within: link.within }),
    ]);
    const text = scenarioText({ workers: 8 });
    const run = await runAgainst(t, server.url, text, "--redis", redis.url, "--allow-remote");
    assert.ok(run.summary !== undefined, run.stderr);
    assert.deepEqual(reasonsOf(run.summary), [], run.stdout);
    assertStartsAgree(t, run.summary);
    const uncertainties = run.summary.machines?.map(({ clock }) => clock.uncertaintyMs) ?? [];
    assert.ok(Math.max(...uncertainties) >= 35, `the delay is part of the uncertainty: ${uncertainties.join(", ")}`);
  });

  test("too few idle machines are an error of one line", async (t) => {
    const redis = await TestRedis.start(t);
    const run = await runAgainst(t, "http://127.0.0.1:9", scenarioText(), "--redis", redis.url, "--machines", "2");
    assert.equal(run.code, 1);
    const line = `simulate: 0 idle worker processes at ${redis.url}: expected 2 or more; start simulate worker --redis ${redis.url} on each machine\n`;
    assert.ok(run.stderr.endsWith(line), run.stderr);
  });
});
