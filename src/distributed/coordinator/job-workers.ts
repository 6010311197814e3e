/** The worker processes of a job, as its coordinator sees them. */
import type { Redis } from "ioredis";
import { commandLine, plural } from "../../vocabulary/index.js";
import { refusalOf } from "../compatibility.js";
import { readWorkerProcesses } from "../job-registry.js";
import type { Requirements, WorkerProcess } from "../messages.js";

/** The time without a worker process after which it is reported, ms. */
const ALONE_MS = 3000;

export class JobWorkers {
  readonly #job: { readonly id: string; readonly requires: Requirements };
  readonly #log: (line: string) => void;
  readonly #working = new Map<string, WorkerProcess>();
  readonly #refused = new Set<string>();
  #aloneSince: number | undefined = performance.now();

  constructor(job: { readonly id: string; readonly requires: Requirements }, log: (line: string) => void) {
    this.#job = job;
    this.#log = log;
  }

  /** Blocks that are executed at a time; at least 1. */
  get slots(): number {
    return Math.max(
      1,
      [...this.#working.values()].reduce((sum, { threads }) => sum + threads, 0),
    );
  }

  /** Reads who works at Redis' time `now`, and reports what has changed. */
  async poll(client: Redis, now: number): Promise<void> {
    const present = await readWorkerProcesses(client, now);
    for (const worker of present) this.#see(worker);
    const ids = new Set(present.map(({ id }) => id));
    for (const id of this.#working.keys()) {
      if (ids.has(id)) continue;
      this.#working.delete(id);
      this.#log(`worker process ${id}: gone; its blocks are executed by others`);
    }
    this.#reportAlone();
  }

  #see(worker: WorkerProcess): void {
    const { id, threads, accepted, refused } = worker;
    const why = refused.find(({ job }) => job === this.#job.id)?.why ?? refusalOf(this.#job.requires, worker);
    if (why !== undefined && !this.#refused.has(id)) {
      this.#refused.add(id);
      this.#log(`worker process ${id}: refused: ${why}`);
    }
    if (!accepted.includes(this.#job.id)) return;
    if (!this.#working.has(id)) this.#log(`worker process ${id}: works on the job with ${plural(threads, "thread")}`);
    this.#working.set(id, worker);
  }

  #reportAlone(): void {
    if (this.#working.size > 0) {
      this.#aloneSince = undefined;
      return;
    }
    this.#aloneSince ??= performance.now();
    if (performance.now() - this.#aloneSince < ALONE_MS) return;
    this.#log(
      `no worker process works on the job: start ${commandLine("worker")} with the same --redis on any machine`,
    );
    this.#aloneSince = Number.POSITIVE_INFINITY;
  }
}
