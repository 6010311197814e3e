/**
 * The messages between the writer thread and its clients. Each client has a port, which keeps the order, and a word of
 * shared memory that signals a message, so that either side can wait for one with its thread blocked.
 */
import type { MessagePort } from "node:worker_threads";
import type { ThreadTimes } from "../../vocabulary/index.js";
import { atomics } from "../sync/index.js";
import {
  DatabaseError,
  DatabaseFullError,
  DatabaseInUseError,
  DatabaseVersionError,
  ForeignDatabaseError,
} from "./database-errors.js";
import type { Packed } from "./packed-writes.js";

/** A word of shared memory on which a parked thread waits. */
export interface Doorbell {
  buffer: SharedArrayBuffer;
  /** Index of the Int32 in `buffer`. */
  index: number;
}

/**
 * A thread's connection to the writer. Send it to the thread with `port` in the transfer list, and pass it to
 * {@link connectDatabase} there, once.
 */
export interface DatabaseConnection {
  path: string;
  port: MessagePort;
  /** The client's `Signals`. */
  signals: SharedArrayBuffer;
  /** Raised by one for each message to the writer, by any client; the writer waits on it. */
  requests: SharedArrayBuffer;
}

/** From a client to the writer: writes to execute. */
export interface ClientWrites {
  writes: Packed;
  /** Whether the client waits for an outcome. Otherwise its answer does not ring the client's doorbell. */
  awaited: boolean;
}

/** From a client to the writer: writes to execute, or the end of the connection. */
export type ClientMessage = ClientWrites | "end";

/** The outcome of one write: committed, with this result, or failed. */
export type WriteOutcome =
  | { readonly value: unknown; readonly error?: never }
  | { readonly error: DatabaseError; readonly value?: never };

/**
 * From the writer to a client: the outcomes of its oldest writes without one. Most have no result and are only counted;
 * results and failures are listed with their places among them. No writes at all: the writer has stopped.
 */
export interface Answers {
  writes: number;
  /** The places of the writes with a result, in their order. */
  places: number[];
  values: unknown[];
  failures: { place: number; error: WireError }[];
}

/** From the coordinator to the writer. */
export type ControlMessage =
  | { kind: "connect"; port: MessagePort; signals: SharedArrayBuffer; doorbell: Doorbell | undefined }
  | { kind: "stats" }
  | { kind: "close" };

/** From the writer to the coordinator; `stats` answers in order. */
export type ControlReply =
  | { kind: "opened" }
  | { kind: "refused"; error: WireError }
  | { kind: "stats"; stats: WriterStats };

/** What the writer is started with. */
export interface WriterData {
  path: string;
  create: boolean;
  control: MessagePort;
  requests: SharedArrayBuffer;
}

/** What the writer has done so far. */
export interface WriterStats {
  /** Writes executed, those that failed included. */
  writes: number;
  /**
   * Transactions committed, without those that failed; if none failed, `writes / commits` is the mean size of a group.
   */
  commits: number;
  /** Writes of the largest group. */
  largestGroup: number;
  /** What its thread has used of the machine since its start; null where that is not known. */
  times: ThreadTimes | null;
}

/** An error in a message between threads, which would lose its class. */
export interface WireError {
  kind: string;
  message: string;
  cause: { message: string; code: unknown } | undefined;
}

const ERRORS = { DatabaseError, DatabaseFullError, DatabaseInUseError, DatabaseVersionError, ForeignDatabaseError };

export function toWire({ name, message, cause }: DatabaseError): WireError {
  if (!(cause instanceof Error)) return { kind: name, message, cause: undefined };
  return { kind: name, message, cause: { message: cause.message, code: "code" in cause ? cause.code : undefined } };
}

export function fromWire({ kind, message, cause }: WireError): DatabaseError {
  return databaseError(
    kind,
    message,
    cause && { cause: Object.assign(new Error(cause.message), { code: cause.code }) },
  );
}

/** An error of the class `name`, or a {@link DatabaseError} when it has no subclass of that name. */
export function databaseError(name: string, message: string, options?: ErrorOptions): DatabaseError {
  const Kind = Object.hasOwn(ERRORS, name) ? ERRORS[name as keyof typeof ERRORS] : DatabaseError;
  return new Kind(message, options);
}

/**
 * A client's shared memory: how many answers were posted to it, and whether the writer has stopped and why.
 * The writer signals its end; if it died without that, the thread that started it does.
 */
export interface Signals {
  /** The count of answers. Read it before receiving answers; then {@link Signals.wait} misses none. */
  answers(): number;
  /** Signals that answers were posted. */
  answered(): void;
  /** Blocks this thread until the count of answers is no longer `seen`. */
  wait(seen: number): void;
  /** Why the writer stopped, once it has. */
  stopped(): string | undefined;
  /** Signals that the writer has stopped. Only the first call has an effect. */
  stop(reason: string): void;
}

const ANSWERS = 0;
const STOPPED = 1;
const REASON_BYTES = 500;

/** Shared memory for one client's signals. */
export function newSignals(): SharedArrayBuffer {
  return new SharedArrayBuffer(8 + REASON_BYTES);
}

export function openSignals(buffer: SharedArrayBuffer): Signals {
  const cells = new Int32Array(buffer, 0, 2);
  const reasonText = Buffer.from(buffer, 8, REASON_BYTES);
  const answered = (): void => incrementAndNotify(cells, ANSWERS);
  return {
    answers: () => atomics.load(cells, ANSWERS),
    answered,
    wait: (seen) => {
      atomics.wait(cells, ANSWERS, seen);
    },
    stopped: () => (atomics.load(cells, STOPPED) === 0 ? undefined : reasonText.toString("utf8").replace(/\0+$/, "")),
    stop: (reason) => {
      if (atomics.load(cells, STOPPED) !== 0) return;
      // Truncated if it is too long: it is only shown.
      reasonText.write(reason, 0, REASON_BYTES, "utf8");
      atomics.store(cells, STOPPED, 1);
      answered();
    },
  };
}

/** Increments the word at `index` and wakes the threads that wait on it. */
export function incrementAndNotify(cells: Int32Array, index: number): void {
  atomics.add(cells, index, 1);
  atomics.notify(cells, index);
}
