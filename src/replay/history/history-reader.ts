/** Reads the history files of a run, entry by entry. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AGENT_STATUSES, whySystemFailed, type AgentStatus } from "../../vocabulary/index.js";
import { MAILBOX_KINDS, SLOT_OPERATIONS, type AnySlotOperation, type MailboxKind } from "../../platform/sync/index.js";
import { ByteReader } from "../byte-reader.js";
import { openChunks } from "./chunks.js";
import { CODE, METHODS, HISTORY_DIRECTORY, SCALAR, type Method, type Scalar } from "./history-format.js";
import { HistoryError } from "./history-error.js";

interface Placed {
  /** The thread that made it. */
  readonly thread: string;
  readonly slot: number;
  /** Its number in the order of all operations on the slot. */
  readonly number: number;
  /** Its time, ms on the run's clock. An entry without a time has that of the entry before it in its file. */
  readonly at: number;
}

interface InCall extends Placed {
  /** The number of the call that it is part of; undefined outside of any. */
  readonly call: number | undefined;
}

export type OpenedEntry = Placed & {
  readonly kind: "opened";
  readonly agentId: string;
  readonly status: AgentStatus;
  /** Whether the thread allocated the slot. The agent's history begins with its first handle. */
  readonly allocated: boolean;
};
export type StartedEntry = Placed & {
  readonly kind: "started";
  /** The number of the handle. */
  readonly handle: number;
  readonly method: Method;
  readonly argument: Scalar;
};
export type OperationEntry = InCall & {
  readonly kind: "operation";
  readonly operation: AnySlotOperation;
  readonly positive: boolean;
  /** Of a push: the length of the message; otherwise 0. */
  readonly bytes: number;
};
/** A read of the agent's row: in a call, or outside of any for a new handle. */
export type ReadEntry = InCall & {
  readonly kind: "read";
  readonly status: AgentStatus | undefined;
  /** The name of the error of a failed read. */
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
  /** The name of the error of a failed write. */
  readonly error: string | undefined;
  readonly replaced: AgentStatus | undefined;
};
export type ClosedEntry = Placed & { readonly kind: "closed" };
/** An entry with a number in the order of its slot. */
export type PlacedEntry =
  | OpenedEntry
  | StartedEntry
  | OperationEntry
  | ReadEntry
  | AskedEntry
  | AnsweredEntry
  | ClosedEntry;

/** How a call ended: with a value, or with the name of an error. */
export interface CallEnd {
  readonly threw: boolean;
  readonly value: Scalar;
}
export type EndedEntry = Omit<Placed, "number"> & CallEnd & { readonly kind: "ended"; readonly call: number };
export type HistoryEntry = PlacedEntry | EndedEntry;

/** A ring larger than this is damage: no run has one. */
const MAX_RING_BYTES = 1 << 22;

const headerSchema = z.object({
  thread: z.string(),
  threads: z.array(z.string()),
  mailbox: z.enum(MAILBOX_KINDS as ["sound", "reference"]),
  ringBytes: z.int().positive().max(MAX_RING_BYTES),
});
/** The header of a history file. */
export interface HistoryHeader {
  readonly thread: string;
  /** The threads of the run that have a file. */
  readonly threads: readonly string[];
  readonly mailbox: MailboxKind;
  /** Bytes of an agent's mailbox ring. */
  readonly ringBytes: number;
}

export interface HistoryFile {
  readonly header: HistoryHeader;
  /** The entries in their order. Returns whether the file is complete. */
  entries(): Generator<HistoryEntry, boolean>;
}

/** What is expected of a run's history. */
export interface ExpectedRecord {
  /** Whether a missing file is damage: all files are created before a run begins. */
  readonly allFiles: boolean;
  /** Whether an incomplete file of a thread is damage. */
  readonly hasEnd: (thread: string) => boolean;
}

/**
 * Opens the history files of the run in `directory`, if it has any.
 * @throws HistoryError, here or while their entries are read
 */
export function readHistory(directory: string, { allFiles, hasEnd }: ExpectedRecord): HistoryFile[] {
  const folder = join(directory, HISTORY_DIRECTORY);
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new HistoryError(`cannot read ${folder}: ${whySystemFailed(error)}`, { cause: error });
  }
  const files = names
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => openHistoryFile(folder, name.slice(0, -SUFFIX.length), hasEnd));
  const run = files[0]?.header;
  if (run === undefined) return [];
  const runOf = (header: HistoryHeader): string => JSON.stringify({ ...header, thread: undefined });
  for (const { header } of files) {
    if (runOf(header) !== runOf(run))
      throw new HistoryError(
        `${pathOf(folder, header.thread)}: damaged: it is of another run than ${run.thread}${SUFFIX}`,
      );
  }
  const missing = run.threads.find((thread) => !names.includes(thread + SUFFIX));
  if (allFiles && missing !== undefined)
    throw new HistoryError(`${pathOf(folder, missing)} is missing: the history of thread ${missing}`);
  return files;
}

const SUFFIX = ".bin";

function pathOf(folder: string, thread: string): string {
  return join(folder, thread + SUFFIX);
}

/** Opens the history file of the thread `name`. */
function openHistoryFile(folder: string, name: string, hasEnd: (thread: string) => boolean): HistoryFile {
  const path = pathOf(folder, name);
  const chunks = openChunks(path);
  const header = headerOf(path, chunks.header);
  const { thread, threads } = header;
  if (thread !== name || !threads.includes(thread))
    throw new HistoryError(`${path}: damaged: it is the history of thread ${thread}`);
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
    throw new HistoryError(`${path}: its header is incomplete`, { cause: error });
  }
}

class Decoder {
  readonly #path: string;
  readonly #thread: string;
  readonly #damaged = (what: string): HistoryError => new HistoryError(`${this.#path}: damaged: ${what}`);
  #reader = new ByteReader(Buffer.alloc(0), this.#damaged);
  #micros = 0;
  #slot = 0;
  #call: number | undefined;

  constructor(path: string, thread: string) {
    this.#path = path;
    this.#thread = thread;
  }

  *entries(chunk: Buffer): Generator<HistoryEntry> {
    this.#reader = new ByteReader(chunk, this.#damaged);
    while (this.#reader.left > 0) {
      const entry = this.#entry();
      if (entry !== undefined) yield entry;
    }
  }

  #entry(): HistoryEntry | undefined {
    const byte = this.#reader.byte();
    const bit = (byte & 1) === 1;
    switch (byte >> 1) {
      case CODE.context: {
        this.#slot = this.#reader.natural();
        const call = this.#reader.natural();
        this.#call = call === 0 ? undefined : call - 1;
        return undefined;
      }
      case CODE.opened: {
        const placed = this.#timed();
        const agentId = this.#reader.text();
        const status = this.#status();
        if (status === undefined) throw this.#damaged("a handle without a status");
        return { kind: "opened", ...placed, agentId, status, allocated: bit };
      }
      case CODE.started: {
        const placed = this.#timed();
        const handle = this.#reader.natural();
        const method = METHODS[this.#reader.natural()];
        if (method === undefined) throw this.#damaged("a call of an unknown method");
        this.#call = placed.number;
        return { kind: "started", ...placed, handle, method, argument: this.#scalar() };
      }
      case CODE.ended: {
        if (this.#call === undefined) throw this.#damaged("the end of a call without a start");
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
          write: this.#reader.text(),
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
          bytes: operation.takes === "message" ? this.#reader.natural() : 0,
        };
      }
    }
  }

  #untimed(): Placed {
    return { thread: this.#thread, slot: this.#slot, number: this.#reader.natural(), at: this.#micros / 1000 };
  }

  #timed(): Placed {
    const number = this.#reader.natural();
    this.#micros += this.#reader.natural();
    return { thread: this.#thread, slot: this.#slot, number, at: this.#micros / 1000 };
  }

  #inCall(placed: Placed): InCall {
    return { ...placed, call: this.#call };
  }

  #status(): AgentStatus | undefined {
    const code = this.#reader.byte();
    if (code > AGENT_STATUSES.length) throw this.#damaged("an unknown status");
    return AGENT_STATUSES[code - 1];
  }

  #statusOrError(failed: boolean): Pick<ReadEntry, "status" | "error"> {
    return failed ? { status: undefined, error: this.#reader.text() } : { status: this.#status(), error: undefined };
  }

  #scalar(): Scalar {
    switch (this.#reader.byte()) {
      case SCALAR.null:
        return null;
      case SCALAR.false:
        return false;
      case SCALAR.true:
        return true;
      case SCALAR.number:
        return this.#reader.take(8).readDoubleLE();
      case SCALAR.text:
        return this.#reader.text();
      default:
        throw this.#damaged("a value of an unknown kind");
    }
  }
}
