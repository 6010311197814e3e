/**
 * Starting the writer thread, and connecting other threads to it. Used by the thread that coordinates a run.
 */
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { MEMORY } from "./connection.js";
import { DatabaseError } from "./database-errors.js";
import {
  fromWire,
  newSignals,
  openSignals,
  incrementAndNotify,
  type ControlMessage,
  type ControlReply,
  type DatabaseConnection,
  type Doorbell,
  type WriterData,
  type WriterStats,
} from "./protocol.js";

export interface WriterHandle {
  readonly path: string;
  /**
   * A new connection for one thread (this one included), to be given to {@link connectDatabase}. `doorbell` is a word that the
   * writer raises by one and notifies after it has posted answers, for a thread that parks on it between its turns.
   * Throws {@link DatabaseError} when the writer has stopped.
   */
  connect(options?: { doorbell?: Doorbell }): DatabaseConnection;
  /** What the writer has done so far. Rejects with {@link DatabaseError} when it has stopped. */
  stats(): Promise<WriterStats>;
  /**
   * Ends the writer after committing every write that was sent before, and brings the file up to date. Close the databases of
   * the other threads first: their later writes fail. Rejects with {@link DatabaseError} when the writer crashed.
   */
  close(): Promise<void>;
  /** Calls `told` once if the writer dies without having been closed (at once if it has). All waits on it then fail. */
  onCrash(listener: (error: DatabaseError) => void): void;
}

/**
 * Starts the writer of the database at `path`; with `create`, makes it when there is no file. Rejects as
 * {@link openDatabase} throws, and for `:memory:`, which no other thread could read.
 *
 * The writer keeps the process alive only while a call to it, or a write, is outstanding.
 */
export async function startWriter(path: string, { create = false }: { create?: boolean } = {}): Promise<WriterHandle> {
  if (path === MEMORY)
    throw new DatabaseError(`${path}: a writer thread needs a database in a file; open this one with openDatabase`);
  const channel = new MessageChannel();
  const control = channel.port1;
  const requests = new SharedArrayBuffer(4);
  const bell = new Int32Array(requests);
  const workerData: WriterData = { path, create, control: channel.port2, requests };
  const worker = new Worker(new URL("./writer-thread.js", import.meta.url), {
    workerData,
    transferList: [channel.port2],
  });

  const connections: SharedArrayBuffer[] = [];
  const crashListeners: ((error: DatabaseError) => void)[] = [];
  const waiting: { resolve: (stats: WriterStats) => void; reject: (error: DatabaseError) => void }[] = [];
  let reason = "its thread ended";
  let closing = false;
  let crash: DatabaseError | undefined;

  const tell = (message: ControlMessage, transfer: readonly MessagePort[] = []): void => {
    control.postMessage(message, transfer);
    incrementAndNotify(bell, 0);
  };
  const stoppedError = (): DatabaseError =>
    crash ?? new DatabaseError(`the database writer stopped: ${path} was closed`);

  worker.on("error", (error) => {
    reason = error instanceof Error ? error.message : String(error);
  });
  const exited = new Promise<void>((resolve) => {
    worker.on("exit", (code) => {
      if (!closing || code !== 0) crash = new DatabaseError(`the database writer stopped: ${reason}`);
      // Whoever is connected and was not told by the thread itself: it may have been ended from outside.
      for (const signals of connections) openSignals(signals).stop(reason);
      for (const { reject } of waiting.splice(0)) reject(stoppedError());
      control.close();
      if (crash !== undefined) for (const listener of crashListeners.splice(0)) listener(crash);
      resolve();
    });
  });

  await new Promise<void>((resolve, reject) => {
    control.on("message", (reply: ControlReply) => {
      if (reply.kind === "opened") resolve();
      else if (reply.kind === "refused") reject(fromWire(reply.error));
      else {
        waiting.shift()?.resolve(reply.stats);
        if (waiting.length === 0 && !closing) worker.unref();
      }
    });
    void exited.then(() => {
      reject(stoppedError());
    });
  });
  control.unref();
  worker.unref();

  return {
    path,
    connect({ doorbell } = {}) {
      if (closing || crash !== undefined) throw stoppedError();
      const { port1, port2 } = new MessageChannel();
      const signals = newSignals();
      connections.push(signals);
      tell({ kind: "connect", port: port1, signals, doorbell }, [port1]);
      return { path, port: port2, signals, requests };
    },
    stats: () =>
      new Promise((resolve, reject) => {
        if (closing || crash !== undefined) {
          reject(stoppedError());
          return;
        }
        waiting.push({ resolve, reject });
        worker.ref();
        tell({ kind: "stats" });
      }),
    async close() {
      if (!closing && crash === undefined) {
        closing = true;
        worker.ref();
        tell({ kind: "close" });
      }
      await exited;
      if (crash !== undefined) throw crash;
    },
    onCrash(listener) {
      if (crash === undefined) crashListeners.push(listener);
      else listener(crash);
    },
  };
}
