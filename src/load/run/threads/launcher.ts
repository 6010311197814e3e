/** Starts the worker threads of a run in a Piscina pool, one task a thread, and talks to them. */
import { once } from "node:events";
import { MessageChannel } from "node:worker_threads";
import type { DatabaseConnection, Doorbell } from "../../../platform/db/index.js";
import { createSharedCounts, type RecorderSnapshot, type SharedCounts } from "../../measure/index.js";
import type { Clock } from "../../../platform/sync/index.js";
import type { HistoryBuffer } from "../../../replay/history/index.js";
import { createPool, reasonOf, ThreadDiedError } from "../pool.js";
import type { AgentGauges, RunSetup } from "../roles/role.js";
import { beginPause, endPause, newPauses } from "./pause.js";
import type { FromThread, ThreadRole, ThreadSetup, ToThread } from "./setup.js";
import type { AnyReport } from "./worker-thread.js";

/** A thread of the run as the coordinator sees it. */
export interface LaunchedThread<Report> {
  readonly name: string;
  /** Its place among the arena's threads. */
  readonly place: number;
  /** Resolves with what it hands over, undefined when it was killed; rejects when it failed or died otherwise. */
  readonly report: Promise<Report | undefined>;
  /** Whether it has ended, by itself or by {@link kill}, which may not be through yet. */
  hasEnded(): boolean;
  /** What it has counted, to be asked once it has ended. */
  readonly counts: SharedCounts;
  /** When it last gave a sign of life, ms on the launcher's clock. */
  readonly lastMessageAt: () => number;
  send(message: ToThread): void;
  /** Has it stand still until {@link resume} was called as often as this. */
  pause(): void;
  resume(): void;
  /** What its gauges are now; nothing when it has ended. */
  gauges(): Promise<AgentGauges | undefined>;
  /** Ends it, whatever it is doing; over when it has ended. */
  kill(): Promise<void>;
}

export interface Launcher {
  /** Starts a thread; resolves once it is attached to the arena and waits for the start. */
  launch<Report extends AnyReport>(role: ThreadRole): Promise<LaunchedThread<Report>>;
  /** Tells every launched thread to start, each with a connection of its own to the database. */
  start(originMs: number): void;
  /** Ends all threads, whatever they are doing. */
  destroy(): Promise<void>;
}

export interface LauncherOptions {
  readonly arena: SharedArrayBuffer;
  /** Times the threads' signs of life. */
  readonly clock: Clock;
  readonly run: RunSetup;
  readonly clockOffset: SharedArrayBuffer | undefined;
  /** Where clients note what is acknowledged to them. */
  readonly acknowledgements: string;
  /** Where a thread of this name is to record what it does to agents; nothing in a run that is not recorded. */
  readonly beginHistory?: ((thread: string) => HistoryBuffer) | undefined;
  readonly threads: number;
  /** A connection to the database for a thread that parks on `doorbell`. */
  readonly connect: (doorbell: Doorbell) => DatabaseConnection;
  readonly onProgress: (snapshot: RecorderSnapshot) => void;
  /** Ends all threads when it aborts. */
  readonly signal: AbortSignal;
}

export function createLauncher(launch: LauncherOptions): Launcher {
  const { arena, clock, run, clockOffset, acknowledgements, beginHistory, threads, connect, onProgress, signal } =
    launch;
  const { pool, failed } = createPool({
    filename: new URL("./worker-thread.js", import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    // A thread parks on its own doorbell; Piscina's way of parking between tasks would only get in the way.
    atomics: "disabled",
  });
  const starts: ((originMs: number) => void)[] = [];

  return {
    async launch<Report extends AnyReport>(role: ThreadRole): Promise<LaunchedThread<Report>> {
      const name = role.kind === "io" ? role.kind : `${role.kind}-${role.shard}`;
      const { port1: port, port2 } = new MessageChannel();
      // Clients know the platform by packets only.
      const history = role.kind === "client" ? undefined : beginHistory?.(name);
      const pauses = newPauses();
      const counts = createSharedCounts();
      const setup: ThreadSetup = {
        name,
        role,
        arena,
        port: port2,
        run,
        clockOffset,
        acknowledgements,
        history,
        counts: counts.counts,
        pauses,
      };
      const killer = new AbortController();
      const options = { transferList: [port2], signal: AbortSignal.any([signal, killer.signal]) };
      const ended = once(port, "close");
      const report = (pool.run(setup, options) as Promise<Report>).catch((error: unknown) => {
        if (killer.signal.aborted) return undefined;
        throw new ThreadDiedError(`thread ${name} died: ${reasonOf(error)}`, { cause: error });
      });
      const [hello] = (await Promise.race([
        once(port, "message"),
        report.then(() => [undefined]),
        // Once it has begun, the thread has a worker, and one that the pool failed to make in vain is no trouble of the run's.
        failed,
      ])) as [FromThread | undefined];
      if (hello?.kind !== "hello") throw new ThreadDiedError(`thread ${name} ended before it had begun`);
      const asked: ((gauges: AgentGauges | undefined) => void)[] = [];
      let over = false;
      // Once for the thread, not at every question: a promise keeps what is chained to it until it is settled.
      void ended.then(() => {
        over = true;
        for (const answer of asked.splice(0)) answer(undefined);
      });
      let heardAt = clock.now();
      port.on("message", (message: FromThread) => {
        heardAt = clock.now();
        if (message.kind === "progress") {
          counts.received(message.snapshot);
          onProgress(message.snapshot);
        } else if (message.kind === "gauges") for (const answer of asked.splice(0)) answer(message.gauges);
      });
      starts.push((originMs) => {
        const database = connect({ buffer: arena, index: hello.doorbell });
        const message: ToThread = { kind: "start", originMs, database };
        port.postMessage(message, [database.port]);
      });
      return {
        name,
        place: hello.place,
        report,
        counts,
        hasEnded: () => over || killer.signal.aborted,
        lastMessageAt: () => heardAt,
        send: (message) => port.postMessage(message),
        pause() {
          beginPause(pauses);
          port.postMessage({ kind: "pause" } satisfies ToThread);
        },
        resume: () => endPause(pauses),
        gauges: () =>
          new Promise((resolve) => {
            if (over) {
              resolve(undefined);
              return;
            }
            asked.push(resolve);
            port.postMessage({ kind: "gauges" } satisfies ToThread);
          }),
        async kill() {
          killer.abort();
          await ended;
        },
      };
    },
    start: (originMs) => starts.forEach((start) => start(originMs)),
    destroy: () => pool.destroy(),
  };
}
