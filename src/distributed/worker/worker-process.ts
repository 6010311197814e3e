/**
 * A worker process: polls for jobs in Redis, refuses those that it must not work on, and takes the blocks of the others
 * until it is told to stop.
 */
import { availableParallelism, hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf, packageVersion, plural } from "../../vocabulary/index.js";
import { refusalOf } from "../compatibility.js";
import { isOutage } from "../connect-redis.js";
import { RefusedJobError } from "../errors.js";
import type { JobHost } from "../job-kind.js";
import { kindOf } from "../job-kinds.js";
import { readJobs, readSpec, removeWorkerProcess, writeWorkerProcess } from "../job-registry.js";
import { untilEnded } from "../last-commands.js";
import { MAX_REFUSALS, MAX_TEXT, MESSAGES_VERSION, type Job, type WorkerProcess } from "../messages.js";
import { RedisClock } from "../redis-clock.js";
import { HeldJob } from "./held-job.js";

export interface WorkerProcessOptions {
  /** Its `worker` is a name that no other worker process has. */
  readonly host: JobHost;
  /** Its abort hands back what cannot be finished soon, and ends the process's work. */
  readonly stop: AbortSignal;
}

/** What a worker process has done, and does. */
export interface WorkerState {
  readonly self: WorkerProcess;
  /** The time that blocks took, ms. */
  readonly blockMs: number;
}

/** The time between two polls for jobs, ms. */
const POLL_MS = 500;
/** The time in which blocks are finished after a stop, ms. Those that take longer are handed back. */
const FINISH_MS = 3000;
/** The time for the last commands when Redis is away, ms. */
const LAST_COMMANDS_MS = 2000;

/** Works until `stop` aborts. Create one a process, call {@link WorkerProcessLoop.run} once. */
export class WorkerProcessLoop {
  readonly #options: WorkerProcessOptions;
  readonly #clock: RedisClock;
  readonly #held = new Map<string, HeldJob>();
  readonly #refused = new Map<string, string>();
  #blocksDone = 0;
  #blockMs = 0;

  private constructor(options: WorkerProcessOptions, clock: RedisClock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Measures the clock and enters the worker process in the list of Redis. */
  static async start(options: WorkerProcessOptions): Promise<WorkerProcessLoop> {
    const { client } = options.host.server;
    const loop = new WorkerProcessLoop(options, await RedisClock.start(client));
    await writeWorkerProcess(client, loop.state.self);
    return loop;
  }

  get state(): WorkerState {
    const held = [...this.#held.values()];
    return {
      self: {
        messages: MESSAGES_VERSION,
        id: this.#options.host.worker,
        host: hostname(),
        cores: availableParallelism(),
        threads: this.#options.host.threads,
        node: process.version,
        version: packageVersion(),
        clock: this.#clock.offset,
        accepted: held.map(({ id }) => id),
        refused: [...this.#refused].slice(-MAX_REFUSALS).map(([job, why]) => ({ job, why })),
        blocks: held.reduce((sum, { blocks }) => sum + blocks, 0),
        blocksDone: this.#blocksDone,
        seenAt: this.#clock.now(),
      },
      blockMs: this.#blockMs,
    };
  }

  async run(): Promise<void> {
    const { stop, host } = this.#options;
    while (!stop.aborted) {
      try {
        await this.#poll();
      } catch (error) {
        // Redis is away or refuses to write: the next poll may succeed. The connection reports an outage.
        if (!isOutage(error)) host.log(`Redis: ${messageOf(error)}`);
      }
      await delay(POLL_MS, undefined, { signal: stop }).catch(() => undefined);
    }
    await this.#end();
  }

  async #poll(): Promise<void> {
    const { server, log } = this.#options.host;
    const { client } = server;
    await this.#clock.refresh();
    const jobs = await readJobs(client);
    const running = new Map(jobs.filter(({ state }) => state === "running").map((job) => [job.id, job]));
    for (const [id, held] of this.#held) {
      if (running.has(id)) continue;
      this.#held.delete(id);
      await held.abandon();
      log(`job ${id}: ended`);
    }
    for (const id of this.#refused.keys()) if (!running.has(id)) this.#refused.delete(id);
    for (const [id, job] of running) if (!this.#held.has(id) && !this.#refused.has(id)) await this.#offer(job);
    await writeWorkerProcess(client, this.state.self);
  }

  /** Accepts or refuses a job. */
  async #offer(job: Job): Promise<void> {
    const { host } = this.#options;
    const { server, threads, log } = host;
    try {
      const refusal = refusalOf(job.requires, this.state.self);
      if (refusal !== undefined) throw new RefusedJobError(refusal);
      const kind = await kindOf(job);
      const accepted = await kind.accept(await readSpec(server.client, job.id), job, host);
      const held = new HeldJob({
        job,
        accepted,
        blocksAtOnce: kind.blocksAtOnce(threads),
        host,
        onBlock: (ms) => {
          this.#blocksDone++;
          this.#blockMs += ms;
        },
      });
      this.#held.set(job.id, held);
      log(`job ${job.id}: accepted: ${job.title}`);
    } catch (error) {
      // A plan that cannot be made is a RangeError. Any other error is of Redis, or of this program.
      if (!(error instanceof RefusedJobError || error instanceof RangeError)) throw error;
      this.#refused.set(job.id, error.message.slice(0, MAX_TEXT));
      log(`job ${job.id}: refused: ${error.message}`);
    }
  }

  async #end(): Promise<void> {
    const { server, worker, log } = this.#options.host;
    const atWork = [...this.#held.values()].reduce((sum, { blocks }) => sum + blocks, 0);
    log(`stopping: ${plural(atWork, "block")} at work; Ctrl-C again stops at once`);
    const finished = Promise.all([...this.#held.values()].map((held) => held.finish(FINISH_MS)));
    await untilEnded(finished, server.client, FINISH_MS + LAST_COMMANDS_MS);
    await untilEnded(removeWorkerProcess(server.client, worker), server.client, LAST_COMMANDS_MS);
    log(`stopped: ${plural(this.#blocksDone, "block")} done`);
  }
}
