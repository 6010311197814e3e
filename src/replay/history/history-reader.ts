/** Reads the order files of a run, entry by entry. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AGENT_STATUSES, type AgentStatus } from "../../vocabulary/index.js";
import { MAILBOX_KINDS, SLOT_OPERATIONS, type AnySlotOperation, type MailboxKind } from "../../platform/sync/index.js";
import { openChunks } from "./chunks.js";
import { CODE, METHODS, HISTORY_DIRECTORY, SCALAR, type Method, type Scalar } from "./history-format.js";
import { HistoryError } from "./order-error.js";

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
/** A read of the agent's row: of a call, or outside of any for a new handle. */
export type ReadEntry = InCall & {
  readonly kind: "read";
  readonly status: AgentStatus | undefined;
  /** The name of the error by which it failed. */
  readonly error: string | undefined;
};
export type AskedEntry = InCall & {
  readonly kind: "asked";
  readonly write: string;
  readonly status: AgentStatus | undefined;
  readonly unlessFinal: boolean;
};
export type AnsweredEntry = InCall & {
  readonly kind: "answered";
  /** The name of the error by which the write failed. */
  readonly error: string | undefined;
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
export type HistoryEntry = PlacedEntry | EndedEntry;

/** A larger ring than any run has is not made: its size is damaged. */
const MAX_RING_BYTES = 1 << 22;

const headerSchema = z.object({
  thread: z.string(),
  threads: z.array(z.string()),
  mailbox: z.enum(MAILBOX_KINDS as ["sound", "reference"]),
  ringBytes: z.int().positive().max(MAX_RING_BYTES),
});
/** What a file says of its thread and its run. */
export interface HistoryHeader {
  readonly thread: string;
  /** All threads of the run that have a file. */
  readonly threads: readonly string[];
  readonly mailbox: MailboxKind;
  /** Bytes of an agent's mailbox ring. */
  readonly ringBytes: number;
}

export interface HistoryFile {
  readonly header: HistoryHeader;
  /** The entries in their order. The value at the end: whether the file has its end, or was cut off. */
  entries(): Generator<HistoryEntry, boolean>;
}

/** What a run's record is expected to have. */
export interface ExpectedRecord {
  /** Whether a file that is missing is damage: the run has begun, and its files were there before. */
  readonly allFiles: boolean;
  /** Whether the file of a thread is damaged when it was cut off. */
  readonly hasEnd: (thread: string) => boolean;
}

/** The order files of the run in `directory`; none when it has none. @throws HistoryError, here or while their entries are read */
export function readHistory(directory: string, { allFiles, hasEnd }: ExpectedRecord): HistoryFile[] {
  const folder = join(directory, HISTORY_DIRECTORY);
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new HistoryError(`cannot read ${folder}: ${(error as Error).message}`, { cause: error });
  }
  const files = names
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => openHistoryFile(folder, name.slice(0, -SUFFIX.length), hasEnd));
  const run = files[0]?.header;
  if (run === undefined) return [];
  const alike = (header: HistoryHeader): string => JSON.stringify({ ...header, thread: undefined });
  for (const { header } of files) {
    if (alike(header) !== alike(run))
      throw new HistoryError(
        `${pathOf(folder, header.thread)}: damaged: it is not of the run of ${run.thread}${SUFFIX}`,
      );
  }
  const missing = run.threads.find((thread) => !names.includes(thread + SUFFIX));
  if (allFiles && missing !== undefined)
    throw new HistoryError(`${pathOf(folder, missing)} is missing: thread ${missing} of the run recorded there`);
  return files;
}

const SUFFIX = ".bin";

function pathOf(folder: string, thread: string): string {
  return join(folder, thread + SUFFIX);
}

/** The file of the thread of that name. */
function openHistoryFile(folder: string, name: string, hasEnd: (thread: string) => boolean): HistoryFile {
  const path = pathOf(folder, name);
  const chunks = openChunks(path);
  const header = headerOf(path, chunks.header);
  const { thread, threads } = header;
  if (thread !== name || !threads.includes(thread))
    throw new HistoryError(`${path}: damaged: it is the record of thread ${thread}`);
  return {
    header,
    *entries() {
      const decoder = new Decoder(path, thread);
      const rest = chunks.read(hasEnd(thread));
      try {
        for (let next = rest.next(); ; next = rest.next()) {
          if (next.done) return next.value;
          yield* decoder.entries(next.value);
        }
      } finally {
        rest.return(false);
      }
    },
  };
}

function headerOf(path: string, json: string): HistoryHeader {
  try {
    return headerSchema.parse(JSON.parse(json));
  } catch (error) {
    throw new HistoryError(`${path}: its header does not say whose it is`, { cause: error });
  }
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

  *entries(chunk: Buffer): Generator<HistoryEntry> {
    this.#bytes = chunk;
    this.#at = 0;
    while (this.#at < chunk.length) {
      const entry = this.#entry();
      if (entry !== undefined) yield entry;
    }
  }

  #entry(): HistoryEntry | undefined {
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
        return { kind: "read", ...this.#inCall(this.#untimed()), ...this.#statusOrError(bit) };
      case CODE.loaded:
        return { kind: "read", ...this.#timed(), call: undefined, ...this.#statusOrError(bit) };
      case CODE.asked:
        return {
          kind: "asked",
          ...this.#inCall(this.#untimed()),
          write: this.#text(),
          status: this.#status(),
          unlessFinal: bit,
        };
      case CODE.answered: {
        const placed = this.#inCall(this.#timed());
        const { status: replaced, error } = this.#statusOrError(bit);
        return { kind: "answered", ...placed, error, replaced };
      }
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

  #statusOrError(failed: boolean): Pick<ReadEntry, "status" | "error"> {
    return failed ? { status: undefined, error: this.#text() } : { status: this.#status(), error: undefined };
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

  #damaged(what: string): HistoryError {
    return new HistoryError(`${this.#path}: damaged: ${what}`);
  }
}
