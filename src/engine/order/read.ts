/** Reads order files: entry by entry, one chunk of each file in memory at a time. */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AGENT_STATUSES, type AgentStatus } from "../../db/index.js";
import { MAILBOX_KINDS, SLOT_OPERATIONS, type AnySlotOperation, type MailboxKind } from "../../sync/index.js";
import { CODE, MAGIC, METHODS, ORDER_DIRECTORY, SCALAR, VERSION, type Method, type Scalar } from "./format.js";

/** A record of order cannot be read. The message is one line: which file, and what is wrong with it. */
export class OrderError extends Error {
  override readonly name = "OrderError";
}

/** The record has no agent of the id that was asked for. */
export class UnknownAgentError extends OrderError {}

interface Placed {
  /** Which thread's it is. */
  readonly thread: string;
  readonly slot: number;
  /** Its place among everything that was done to the slot. */
  readonly number: number;
  /** When, ms on the run's clock; of an entry that has no time of its own, that of the one before it in its file. */
  readonly at: number;
}

interface InCall extends Placed {
  /** The number of the start of the call that it is part of; undefined outside of any. */
  readonly call: number | undefined;
}

export type OpenedEntry = Placed & {
  readonly kind: "opened";
  readonly agentId: string;
  readonly status: AgentStatus;
  /** Whether the thread allocated the slot: with its first handle the agent's order begins. */
  readonly allocated: boolean;
};
export type StartedEntry = Placed & {
  readonly kind: "started";
  /** The number of the opening of the handle. */
  readonly handle: number;
  readonly method: Method;
  readonly argument: Scalar;
};
export type OperationEntry = InCall & {
  readonly kind: "operation";
  readonly operation: AnySlotOperation;
  readonly positive: boolean;
  /** Of a push: how long the message was. */
  readonly bytes: number;
};
export type ReadEntry = InCall & { readonly kind: "read"; readonly status: AgentStatus | undefined };
export type AskedEntry = InCall & {
  readonly kind: "asked";
  readonly write: string;
  readonly status: AgentStatus | undefined;
  readonly unlessFinal: boolean;
};
export type AnsweredEntry = InCall & {
  readonly kind: "answered";
  readonly failed: boolean;
  readonly replaced: AgentStatus | undefined;
};
export type ClosedEntry = Placed & { readonly kind: "closed" };
/** An entry that has a place in the order of its slot. */
export type PlacedEntry =
  | OpenedEntry
  | StartedEntry
  | OperationEntry
  | ReadEntry
  | AskedEntry
  | AnsweredEntry
  | ClosedEntry;

/** How a call ended: with a value, or by throwing the error of this name. */
export interface CallEnd {
  readonly threw: boolean;
  readonly value: Scalar;
}
export type EndedEntry = Omit<Placed, "number"> & CallEnd & { readonly kind: "ended"; readonly call: number };
export type OrderEntry = PlacedEntry | EndedEntry;

/** A larger ring than any run has is not made: its size is damaged. */
const LARGEST_RING_BYTES = 1 << 22;

const headerSchema = z.object({
  thread: z.string(),
  mailbox: z.enum(MAILBOX_KINDS as ["sound", "reference"]),
  ringBytes: z.int().positive().max(LARGEST_RING_BYTES),
});
/** What a file says of its thread and its run. */
export interface OrderHeader {
  readonly thread: string;
  readonly mailbox: MailboxKind;
  /** Bytes of an agent's mailbox ring. */
  readonly ringBytes: number;
}

export interface OrderFile {
  readonly header: OrderHeader;
  /** The entries in their order. The value at the end: whether the file has its end, or was cut off. */
  entries(): Generator<OrderEntry, boolean>;
}

/**
 * The order files of the run in `directory`; none when it has none. One of a thread that `hasEnd` says yes to is damaged when it was
 * cut off. @throws OrderError, here or while their entries are read
 */
export function readOrder(directory: string, hasEnd: (thread: string) => boolean = () => false): OrderFile[] {
  let names: string[];
  try {
    names = readdirSync(join(directory, ORDER_DIRECTORY)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new OrderError(`cannot read ${join(directory, ORDER_DIRECTORY)}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return names
    .filter((name) => name.endsWith(".bin"))
    .map((name) => orCannotRead(join(directory, ORDER_DIRECTORY, name), (path) => openOrderFile(path, hasEnd)));
}

/** The error of the file system, such as that of a directory in the place of a file, as one of the record. */
function orCannotRead<T>(path: string, open: (path: string) => T): T {
  try {
    return open(path);
  } catch (error) {
    if (error instanceof OrderError) throw error;
    throw new OrderError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** Looks at the header of the file at `path`. It is open again while its entries are read. */
function openOrderFile(path: string, hasEnd: (thread: string) => boolean): OrderFile {
  const file = openSync(path, "r");
  try {
    const start = read(file, MAGIC.length + 5);
    if (start === undefined || !start.subarray(0, MAGIC.length).equals(MAGIC))
      throw new OrderError(`${path}: it is not a record of order`);
    const version = start[MAGIC.length];
    if (version !== VERSION)
      throw new OrderError(
        `${path}: a record of order of version ${version ?? 0}; this program reads version ${VERSION}`,
      );
    const headerBytes = start.readUInt32LE(MAGIC.length + 1);
    const header = headerSchema.safeParse(JSON.parse(read(file, headerBytes)?.toString() ?? "null"));
    if (!header.success) throw new OrderError(`${path}: its header does not say whose it is`);
    const { thread } = header.data;
    return { header: header.data, entries: () => entriesOf(path, start.length + headerBytes, thread, hasEnd(thread)) };
  } catch (error) {
    if (error instanceof SyntaxError) throw new OrderError(`${path}: its header is damaged`, { cause: error });
    throw error;
  } finally {
    closeSync(file);
  }
}

function* entriesOf(path: string, from: number, thread: string, hasEnd: boolean): Generator<OrderEntry, boolean> {
  const cutOff = (): false => {
    if (hasEnd) throw new OrderError(`${path}: damaged: it ends in the middle, though its run finished`);
    return false;
  };
  const decoder = new Decoder(path, thread);
  const file = openSync(path, "r");
  try {
    read(file, from);
    let last = -1;
    for (;;) {
      const head = read(file, 8);
      if (head === undefined) return cutOff();
      const length = head.readUInt32LE(0);
      if (length === 0) return true;
      const chunk = read(file, length);
      if (chunk === undefined) return cutOff();
      const number = head.readUInt32LE(4);
      // Written by its thread, which was killed before it could say so, and again from what it left.
      if (number === last) continue;
      if (number !== last + 1) throw new OrderError(`${path}: damaged: chunk ${number} follows chunk ${last}`);
      last = number;
      yield* decoder.entries(chunk);
    }
  } finally {
    closeSync(file);
  }
}

/** The next bytes of the file; undefined when it has fewer. */
function read(file: number, length: number): Buffer | undefined {
  // A damaged length is no reason to ask for so much memory.
  if (length > fstatSync(file).size) return undefined;
  const bytes = Buffer.alloc(length);
  return readSync(file, bytes, 0, length, null) === length ? bytes : undefined;
}

class Decoder {
  readonly #path: string;
  readonly #thread: string;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #micros = 0;
  #slot = 0;
  #call: number | undefined;

  constructor(path: string, thread: string) {
    this.#path = path;
    this.#thread = thread;
  }

  *entries(chunk: Buffer): Generator<OrderEntry> {
    this.#bytes = chunk;
    this.#at = 0;
    while (this.#at < chunk.length) {
      const entry = this.#entry();
      if (entry !== undefined) yield entry;
    }
  }

  #entry(): OrderEntry | undefined {
    const byte = this.#byte();
    const bit = (byte & 1) === 1;
    switch (byte >> 1) {
      case CODE.turnTo: {
        this.#slot = this.#natural();
        const call = this.#natural();
        this.#call = call === 0 ? undefined : call - 1;
        return undefined;
      }
      case CODE.opened: {
        const placed = this.#timed();
        const agentId = this.#text();
        const status = this.#status();
        if (status === undefined) throw this.#damaged("a handle without a status");
        return { kind: "opened", ...placed, agentId, status, allocated: bit };
      }
      case CODE.started: {
        const placed = this.#timed();
        const handle = this.#natural();
        const method = METHODS[this.#natural()];
        if (method === undefined) throw this.#damaged("a call of an unknown method");
        this.#call = placed.number;
        return { kind: "started", ...placed, handle, method, argument: this.#scalar() };
      }
      case CODE.ended: {
        if (this.#call === undefined) throw this.#damaged("the end of a call that was not started");
        return {
          kind: "ended",
          thread: this.#thread,
          slot: this.#slot,
          at: this.#micros / 1000,
          call: this.#call,
          threw: bit,
          value: this.#scalar(),
        };
      }
      case CODE.read:
        return { kind: "read", ...this.#inCall(this.#untimed()), status: this.#status() };
      case CODE.asked:
        return {
          kind: "asked",
          ...this.#inCall(this.#untimed()),
          write: this.#text(),
          status: this.#status(),
          unlessFinal: bit,
        };
      case CODE.answered:
        return { kind: "answered", ...this.#inCall(this.#timed()), failed: bit, replaced: this.#status() };
      case CODE.closed:
        return { kind: "closed", ...this.#timed() };
      default: {
        const operation = SLOT_OPERATIONS[(byte >> 1) - CODE.operation];
        if (operation === undefined) throw this.#damaged("an unknown operation");
        const placed = this.#inCall(operation.isTimed ? this.#timed() : this.#untimed());
        return {
          kind: "operation",
          ...placed,
          operation,
          positive: bit,
          bytes: operation.takes === "message" ? this.#natural() : 0,
        };
      }
    }
  }

  #untimed(): Placed {
    return { thread: this.#thread, slot: this.#slot, number: this.#natural(), at: this.#micros / 1000 };
  }

  #timed(): Placed {
    const number = this.#natural();
    this.#micros += this.#natural();
    return { thread: this.#thread, slot: this.#slot, number, at: this.#micros / 1000 };
  }

  #inCall(placed: Placed): InCall {
    return { ...placed, call: this.#call };
  }

  #status(): AgentStatus | undefined {
    const code = this.#byte();
    if (code > AGENT_STATUSES.length) throw this.#damaged("an unknown status");
    return AGENT_STATUSES[code - 1];
  }

  #scalar(): Scalar {
    switch (this.#byte()) {
      case SCALAR.null:
        return null;
      case SCALAR.false:
        return false;
      case SCALAR.true:
        return true;
      case SCALAR.number:
        return this.#take(8).readDoubleLE();
      case SCALAR.text:
        return this.#text();
      default:
        throw this.#damaged("a value of an unknown kind");
    }
  }

  #text(): string {
    return this.#take(this.#natural()).toString("utf8");
  }

  #natural(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw this.#damaged("a number that is too large");
      if (byte < 128) return value;
    }
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw this.#damaged("an entry that ends too early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw this.#damaged("an entry that ends too early");
    return byte;
  }

  #damaged(what: string): OrderError {
    return new OrderError(`${this.#path}: damaged: ${what}`);
  }
}
