/** The worker threads of a run in a Piscina pool, one task for each thread, and the messages to them. */
import { once } from "node:events";
import { MessageChannel, type MessagePort, type Transferable } from "node:worker_threads";
import { createSharedCounts, type RecorderSnapshot, type SharedCounts, type TagSet } from "../../measure/index.js";
import type { Clock } from "../../../platform/sync/index.js";
import { createPool, reasonOf } from "../pool.js";
import { ThreadDiedError } from "../thread-died-error.js";
import type { RoleNotice } from "../roles/gateway-setup.js";
import type { AgentGauges } from "../roles/role.js";
import { beginPause, endPause, newPauses } from "./pause.js";
import type { FromThread, ThreadBasics, ToThread } from "./setup.js";

export interface ThreadPoolOptions {
  readonly threads: number;
  /** What the measurements of the run are divided by. */
  readonly tags: TagSet;
  /** Timestamps the threads' messages. */
  readonly clock: Clock;
  /** Whether the threads keep every sample. */
  readonly keepsSamples: boolean;
  readonly onProgress: (snapshot: RecorderSnapshot) => void;
  readonly onNotice?: ((notice: RoleNotice) => void) | undefined;
  /** A thread says that the run cannot go on, and why. */
  readonly onFatal?: (why: string) => void;
  /** Called with every message. */
  readonly onMessage?: ((message: FromThread) => void) | undefined;
  /** Ends all threads when it aborts. */
  readonly signal: AbortSignal;
}

/** What a thread is given. */
export interface ThreadLaunch {
  readonly name: string;
  /** The module whose default export is what the thread runs, with its setup. */
  readonly entry: URL;
  /** Its setup, beside {@link ThreadBasics}. */
  readonly setup: object;
  /** The order to start, for a thread that said hello. */
  readonly startOrder: (
    hello: Extract<FromThread, { readonly kind: "hello" }>,
    originMs: number,
  ) => { readonly message: ToThread; readonly transfer: readonly Transferable[] };
}

export class ThreadPool {
  readonly #options: ThreadPoolOptions;
  readonly #pool: ReturnType<typeof createPool>;
  readonly #starts: ((originMs: number) => void)[] = [];

  constructor(options: ThreadPoolOptions) {
    this.#options = options;
    this.#pool = createPool({
      minThreads: options.threads,
      maxThreads: options.threads,
      // A thread parks on its own doorbell; Piscina's parking between tasks would interfere with it.
      atomics: "disabled",
    });
  }

  /** Starts a thread; resolves once it has said hello and waits for the start. */
  async launch<Report>({ name, entry, setup, startOrder }: ThreadLaunch): Promise<LaunchedThread<Report>> {
    const { clock, tags, keepsSamples, onProgress, onNotice } = this.#options;
    const { onFatal = () => undefined, onMessage, signal } = this.#options;
    const { pool, failed } = this.#pool;
    const { port1: port, port2 } = new MessageChannel();
    const pauses = newPauses();
    const counts = createSharedCounts(tags);
    const basics: ThreadBasics = { name, port: port2, counts: counts.counts, pauses, keepsSamples };
    const killer = new AbortController();
    const options = { filename: entry.href, transferList: [port2], signal: AbortSignal.any([signal, killer.signal]) };
    const ended = once(port, "close");
    const done = (pool.run({ ...setup, ...basics }, options) as Promise<Report>).catch((error: unknown) => {
      if (killer.signal.aborted) return undefined;
      throw new ThreadDiedError(`thread ${name} died: ${reasonOf(error)}`, { cause: error });
    });
    // The report takes another way than the messages, and can overtake them. The thread closes the port after the last.
    const report = done.then(async (result) => {
      await ended;
      return result;
    });
    // Its failure is no unhandled rejection while other threads are still launched: the report is asked for after that.
    report.catch(() => undefined);
    const [hello] = (await Promise.race([
      once(port, "message"),
      done.then(() => [undefined]),
      // A thread that has begun has its worker: a worker that the pool fails to make later does not concern the run.
      failed,
    ])) as [FromThread | undefined];
    if (hello?.kind !== "hello") throw new ThreadDiedError(`thread ${name} ended before it had begun`);
    this.#starts.push((originMs) => {
      const { message, transfer } = startOrder(hello, originMs);
      port.postMessage(message, transfer);
    });
    const { place } = hello;
    const handlers = { onProgress, onNotice, onFatal, onMessage };
    return new LaunchedThread({ name, place, report, counts, clock, port, pauses, killer, ended, ...handlers });
  }

  /** Tells every launched thread to start. */
  start(originMs: number): void {
    for (const start of this.#starts) start(originMs);
  }

  /** Ends all threads, whatever they are doing. */
  destroy(): Promise<void> {
    return this.#pool.pool.destroy();
  }
}

interface LaunchedThreadOptions<Report> {
  readonly name: string;
  readonly place: number;
  readonly report: Promise<Report | undefined>;
  readonly counts: SharedCounts;
  readonly clock: Clock;
  readonly port: MessagePort;
  readonly pauses: SharedArrayBuffer;
  readonly killer: AbortController;
  /** Settled once the thread has ended. */
  readonly ended: Promise<unknown>;
  readonly onProgress: (snapshot: RecorderSnapshot) => void;
  readonly onNotice: ((notice: RoleNotice) => void) | undefined;
  readonly onFatal: (why: string) => void;
  readonly onMessage: ((message: FromThread) => void) | undefined;
}

/** A thread of the run as the coordinator sees it. */
export class LaunchedThread<Report> {
  readonly #options: LaunchedThreadOptions<Report>;
  /** The pending requests for gauges. */
  readonly #asked: ((gauges: AgentGauges | undefined) => void)[] = [];
  #isOver = false;
  #lastMessageAt: number;

  constructor(options: LaunchedThreadOptions<Report>) {
    this.#options = options;
    const { clock, port, ended } = options;
    this.#lastMessageAt = clock.now();
    // Once for each thread, not for each request: a promise keeps all its callbacks until it is settled.
    void ended.then(() => {
      this.#isOver = true;
      this.#answer(undefined);
    });
    port.on("message", (message: FromThread) => {
      this.#lastMessageAt = clock.now();
      if (message.kind === "progress") {
        options.counts.received(message.snapshot);
        options.onProgress(message.snapshot);
      } else if (message.kind === "gauges") this.#answer(message.gauges);
      else if (message.kind === "fatal") options.onFatal(message.why);
      else if (message.kind === "notice") options.onNotice?.(message.notice);
      options.onMessage?.(message);
    });
  }

  get name(): string {
    return this.#options.name;
  }

  /** Its place among the arena's threads. */
  get place(): number {
    return this.#options.place;
  }

  /**
   * Resolves with what it hands over, after its last message; with undefined when it was killed. Rejects when it failed
   * or died otherwise.
   */
  get report(): Promise<Report | undefined> {
    return this.#options.report;
  }

  /** What it has counted; read once it has ended. */
  get counts(): SharedCounts {
    return this.#options.counts;
  }

  /** Whether it has ended, by itself or by {@link kill}, which may not be complete yet. */
  hasEnded(): boolean {
    return this.#isOver || this.#options.killer.signal.aborted;
  }

  /** When it last sent a message, ms on the clock. */
  lastMessageAt(): number {
    return this.#lastMessageAt;
  }

  send(message: ToThread): void {
    this.#options.port.postMessage(message);
  }

  /** Blocks it until {@link resume} was called as often as this. */
  pause(): void {
    beginPause(this.#options.pauses);
    this.send({ kind: "pause" });
  }

  resume(): void {
    endPause(this.#options.pauses);
  }

  /** Its current gauges; `undefined` when it has ended. */
  gauges(): Promise<AgentGauges | undefined> {
    if (this.#isOver) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      this.send({ kind: "gauges" });
    });
  }

  /** Ends it, whatever it is doing; resolves when it has ended. */
  async kill(): Promise<void> {
    this.#options.killer.abort();
    await this.#options.ended;
  }

  #answer(gauges: AgentGauges | undefined): void {
    for (const answer of this.#asked.splice(0)) answer(gauges);
  }
}
