/** Signs of life of a run's coordinator in the list of jobs, and its answer to a process that cancels the job. */
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { takeCancellation, writeJob } from "../job-registry.js";
import type { Job } from "../messages.js";
import type { RedisClock } from "../redis-clock.js";

/** Between two signs of life, ms. */
const BEAT_MS = 2000;

export interface JobBeatOptions {
  readonly client: Redis;
  readonly clock: RedisClock;
  /** Its entry was written. */
  readonly job: Job;
}

export class JobBeat {
  readonly #options: JobBeatOptions;
  readonly #closing = new AbortController();
  readonly #cancelled = new AbortController();
  readonly #beating: Promise<void>;
  #ended: () => number = () => 0;

  constructor(options: JobBeatOptions) {
    this.#options = options;
    this.#beating = this.#run();
  }

  /** Aborts when another process cancels the job. The reason is a line. */
  get cancelled(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** From now on the entry has how many workers have ended. */
  follow(ended: () => number): void {
    this.#ended = ended;
  }

  /** Resolves when nothing more is written: the entry can be removed then. */
  async end(): Promise<void> {
    this.#closing.abort();
    await this.#beating;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      // Redis may be away: the next sign of life may reach it.
      await this.#beat().catch(() => undefined);
      await delay(BEAT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #beat(): Promise<void> {
    const { client, clock, job } = this.#options;
    if (await takeCancellation(client, job.id)) this.#cancelled.abort(`the job ${job.id} was cancelled`);
    await clock.refresh();
    await writeJob(client, { ...job, done: this.#ended(), seenAt: clock.now() });
  }
}
