/** The job of a run on several machines in Redis, from its entry to its removal. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { connectRedis, parseRedisUrl, recruitMachines } from "../../../dist/distributed/index.js";
import { packageVersion } from "../../../dist/vocabulary/index.js";
import { noRedis, TestRedis, until } from "../../support/distributed/redis.js";

const ID = "load-x";

async function recruited(t: TestContext, redis: TestRedis, prepare: (client: Redis) => void) {
  const server = await connectRedis(parseRedisUrl(redis.url, {}), { what: "this test", log: () => undefined });
  t.after(() => server.close());
  const worker = {
    ...{ messages: 1, id: "machine", host: "h", cores: 1, threads: 1, node: process.version },
    ...{ version: packageVersion(), clock: { offsetMs: 0, uncertaintyMs: 0 }, accepted: [], refused: [] },
    ...{ blocks: 0, blocksDone: 0, seenAt: Date.now() + 1e7 },
  };
  await redis.client.hset("crowdstorm:workers", "machine", JSON.stringify(worker));
  prepare(server.client);
  return recruitMachines({
    ...{ server, id: ID, title: "x", planHash: "0".repeat(64), workers: 3 },
    ...{ module: undefined, machines: undefined, threads: undefined },
    log: () => undefined,
  });
}

test("a sign of life that is under way when the run closes does not bring its job back", {
  skip: noRedis,
}, async (t) => {
  const redis = await TestRedis.start(t);
  let held = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => (held = resolve));
  let letGo = (): void => undefined;
  const isLetGo = new Promise<void>((resolve) => (letGo = resolve));
  const late: Promise<unknown>[] = [];
  const run = await recruited(t, redis, (client) => {
    const send = client.sendCommand.bind(client);
    let entries = 0;
    client.sendCommand = (command, stream) => {
      if (command.name !== "hset" || ++entries === 1) return send(command, stream);
      held();
      const sent = isLetGo.then(() => send(command, stream));
      late.push(sent);
      return sent;
    };
  });
  await isHeld;
  const closed = run.close();
  // Without the defect, the run waits; with it, this is enough to remove the job.
  await Promise.race([closed, delay(300)]);
  letGo();
  await closed;
  await Promise.all(late);
  assert.deepEqual(await redis.client.hgetall("crowdstorm:jobs"), {});
});

test("the entry has how many workers have ended", { skip: noRedis }, async (t) => {
  const redis = await TestRedis.start(t);
  const run = await recruited(t, redis, () => undefined);
  run.follow(() => 2);
  const entry = async (): Promise<unknown> => JSON.parse((await redis.client.hget("crowdstorm:jobs", ID)) ?? "");
  try {
    await until(async () => ((await entry()) as { done: number }).done === 2, "two of three workers have ended");
  } finally {
    await run.close();
  }
});

test("a run closes while Redis is away", { skip: noRedis }, async (t) => {
  const redis = await TestRedis.start(t);
  const run = await recruited(t, redis, () => undefined);
  await redis.kill();
  // And the process of this test ends.
  await run.close();
});
