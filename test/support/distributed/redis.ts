/** A real Redis on a free port. Without Debian's redis-server the tests are skipped, but fail in CI. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "../free-port.js";
import { temporaryDirectory } from "../cli/simulate.js";

const REDIS = "/usr/bin/redis-server";

/** Why the tests with Redis cannot run here; `false` when they can. */
export const noRedis: string | false =
  existsSync(REDIS) || process.env["CI"] !== undefined
    ? false
    : `no ${REDIS}: apt-get install redis-server to test work on several machines`;

/** A Redis server that can be killed and started again, with its data or without. */
export class TestRedis {
  readonly url: string;
  readonly port: number;
  readonly client: Redis;
  readonly #directory: string;
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, directory: string, options: readonly string[]) {
    this.port = port;
    this.#directory = directory;
    this.#options = options;
    this.url = `redis://127.0.0.1:${port}`;
    this.client = new Redis(port, { maxRetriesPerRequest: null, retryStrategy: () => 50, lazyConnect: true });
    this.client.on("error", () => undefined);
  }

  /** It ends with the test. `options`: of redis-server. */
  static async start(t: { after(fn: () => void): void }, ...options: string[]): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), temporaryDirectory(t), options);
    await redis.start();
    t.after(() => {
      redis.client.disconnect();
      redis.#child?.kill("SIGKILL");
    });
    return redis;
  }

  async start(): Promise<void> {
    const files = ["--dir", this.#directory, "--save", "", "--bind", "127.0.0.1", "--protected-mode", "no"];
    this.#child = spawn(REDIS, ["--port", String(this.port), ...files, ...this.#options], { stdio: "ignore" });
    if (this.client.status === "wait") await this.client.connect().catch(() => undefined);
    // Waits until it answers.
    await this.client.ping();
  }

  /** Kills it. Its data is on the disk when it was started with `--appendonly yes`. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}

/** Resolves when no key of a job is left that does not expire. Worker processes leave a job within a second. */
export async function untilNoJobs({ client }: TestRedis): Promise<void> {
  const isOfJob = (key: string): boolean => /^crowdstorm:(jobs$|spec:|cancelled:|blocks-|waves-)/.test(key);
  let left: string[] = [];
  const isEmpty = async (): Promise<boolean> => {
    left = (await client.keys("crowdstorm:*")).filter(isOfJob);
    return left.length === 0;
  };
  await until(isEmpty, "no key of a job is left").catch((error: unknown) => {
    throw new Error(`left: ${left.join(", ")}`, { cause: error });
  });
}

/** Resolves when `condition` is true. Fails after a time that only a defect takes. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waited = 0; !(await condition()); waited += 20) {
    if (waited > 120_000) throw new Error(`did not happen: ${what}`);
    await delay(20);
  }
}
