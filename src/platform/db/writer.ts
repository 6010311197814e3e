/**
 * Starts the writer thread and connects other threads to it. Used by the thread that coordinates a run.
 */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { messageOf } from "../../vocabulary/index.js";
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
   * A new connection for one thread (this one included), to be given to {@link connectDatabase}. `doorbell` is a word
   * that the writer raises by one and notifies after it has posted answers, for a thread that parks on it between its
   * turns. Throws {@link DatabaseError} when the writer has stopped.
   */
  connect(options?: { doorbell?: Doorbell }): DatabaseConnection;
  /** What the writer has done so far. Rejects with {@link DatabaseError} when it has stopped. */
  stats(): Promise<WriterStats>;
  /**
   * Ends the writer after committing every write that was sent before, and brings the file up to date. Close the
   * databases of the other threads first: their later writes fail. Rejects with {@link DatabaseError} when the writer
   * crashed.
   */
  close(): Promise<void>;
  /**
   * Calls `listener` once if the writer dies without having been closed (at once if it has died). All waits on it then
   * fail.
   */
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
  const writer = new Writer(path, create);
  await writer.open();
  return writer;
}

class Writer implements WriterHandle {
  readonly #worker: Worker;
  readonly #control: MessagePort;
  readonly #requests = new SharedArrayBuffer(4);
  readonly #bell = new Int32Array(this.#requests);
  /** Ends when the thread has ended. */
  readonly #exited: Promise<void>;
  readonly #connections: SharedArrayBuffer[] = [];
  readonly #crashListeners: ((error: DatabaseError) => void)[] = [];
  readonly #statsRequests: { resolve: (stats: WriterStats) => void; reject: (error: DatabaseError) => void }[] = [];
  #opening: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #reason = "its thread ended";
  #isClosing = false;
  #crash: DatabaseError | undefined;

  constructor(
    readonly path: string,
    create: boolean,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.#control = port1;
    const workerData: WriterData = { path, create, control: port2, requests: this.#requests };
    const url = new URL("./writer-thread.js", import.meta.url);
    this.#worker = new Worker(url, { workerData, transferList: [port2] });
    this.#worker.on("error", (error) => {
      this.#reason = messageOf(error);
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", (code) => {
        this.#handleExit(code);
        resolve();
      });
    });
  }

  /** Ends when the thread has opened the database. Rejects when it could not. */
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#control.on("message", (reply: ControlReply) => this.#onReply(reply));
      void this.#exited.then(() => reject(this.#stoppedError()));
    });
    this.#control.unref();
    this.#worker.unref();
  }

  connect({ doorbell }: { doorbell?: Doorbell } = {}): DatabaseConnection {
    if (this.#hasStopped) throw this.#stoppedError();
    const { port1, port2 } = new MessageChannel();
    const signals = newSignals();
    this.#connections.push(signals);
    this.#post({ kind: "connect", port: port1, signals, doorbell }, [port1]);
    return { path: this.path, port: port2, signals, requests: this.#requests };
  }

  async stats(): Promise<WriterStats> {
    if (this.#hasStopped) throw this.#stoppedError();
    return new Promise((resolve, reject) => {
      this.#statsRequests.push({ resolve, reject });
      this.#worker.ref();
      this.#post({ kind: "stats" });
    });
  }

  async close(): Promise<void> {
    if (!this.#hasStopped) {
      this.#isClosing = true;
      this.#worker.ref();
      this.#post({ kind: "close" });
    }
    await this.#exited;
    if (this.#crash !== undefined) throw this.#crash;
  }

  onCrash(listener: (error: DatabaseError) => void): void {
    if (this.#crash === undefined) this.#crashListeners.push(listener);
    else listener(this.#crash);
  }

  /** Whether no more requests are accepted. */
  get #hasStopped(): boolean {
    return this.#isClosing || this.#crash !== undefined;
  }

  #stoppedError(): DatabaseError {
    return this.#crash ?? new DatabaseError(`the database writer stopped: ${this.path} was closed`);
  }

  #post(message: ControlMessage, transfer: readonly MessagePort[] = []): void {
    this.#control.postMessage(message, transfer);
    incrementAndNotify(this.#bell, 0);
  }

  #onReply(reply: ControlReply): void {
    if (reply.kind === "opened") this.#opening?.resolve();
    else if (reply.kind === "refused") this.#opening?.reject(fromWire(reply.error));
    else this.#takeStats(reply.stats);
  }

  #takeStats(stats: WriterStats): void {
    // The exit of the thread may have rejected the request already.
    this.#statsRequests.shift()?.resolve(stats);
    if (this.#statsRequests.length === 0 && !this.#isClosing) this.#worker.unref();
  }

  #handleExit(code: number): void {
    // The event of the exit can overtake the thread's last replies, among them why it has ended.
    for (let last = receiveMessageOnPort(this.#control); last; last = receiveMessageOnPort(this.#control))
      this.#onReply((last as { readonly message: ControlReply }).message);
    if (!this.#isClosing || code !== 0) this.#crash = new DatabaseError(`the database writer stopped: ${this.#reason}`);
    // For clients that the thread itself did not inform: it may have been terminated from outside.
    for (const signals of this.#connections) openSignals(signals).stop(this.#reason);
    for (const { reject } of this.#statsRequests.splice(0)) reject(this.#stoppedError());
    this.#control.close();
    if (this.#crash !== undefined) for (const listener of this.#crashListeners.splice(0)) listener(this.#crash);
  }
}
