/** Trace files: written block by block, read one block at a time. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { createEncoder, type Encoder, type TraceEnd } from "./encoder.js";
import { decodeBlock, Dictionary } from "./decoder.js";
import { TraceError } from "./error.js";
import type { TraceEvent } from "./event.js";
import { MAGIC, VERSION } from "./format.js";

/** What a trace says of its run. It is not part of the hash. */
export type TraceHeader = { readonly [key: string]: string | number | boolean | null };

export interface TraceFile extends Encoder {
  /** Leaves the file without an end, as a run does that failed. */
  abandon(): void;
}

/** Starts a trace in a new file at `path`. Throws the error of the file system. */
export function createTraceFile(path: string, header: TraceHeader): TraceFile {
  const file = openSync(path, "wx");
  const lengthWord = Buffer.alloc(4);
  const writeSized = (bytes: Uint8Array): void => {
    lengthWord.writeUInt32LE(bytes.length);
    writeSync(file, lengthWord);
    writeSync(file, bytes);
  };
  writeSync(file, Buffer.concat([MAGIC, Buffer.from([VERSION])]));
  writeSized(Buffer.from(JSON.stringify(header)));
  const encoder = createEncoder(writeSized);
  return {
    write: (event) => encoder.write(event),
    get events() {
      return encoder.events;
    },
    end() {
      const end = encoder.end();
      writeSized(Buffer.alloc(0));
      writeSized(Buffer.from(JSON.stringify(end)));
      closeSync(file);
      return end;
    },
    abandon: () => closeSync(file),
  };
}

export interface TraceReader {
  readonly header: TraceHeader;
  /** The events in their order, once. Closes the file at the end, or when the caller leaves off. */
  events(): Generator<TraceEvent, TraceEnd | undefined>;
}

/** The longest block that is believed: a length beyond it means that the file is damaged. */
const LONGEST_BLOCK = 1 << 28;

/**
 * Opens a trace. The events end with what the trace ends with: undefined when the run did not come to its end.
 * Throws {@link TraceError} here, or while the events are read, when the file cannot be read or is no trace of this version.
 */
export function readTrace(path: string): TraceReader {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new TraceError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, { cause: error });
  }
  const read = (length: number): Buffer | undefined => {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const got = readSync(file, bytes, filled, length - filled, null);
      if (got === 0) return undefined;
      filled += got;
    }
    return bytes;
  };
  const readSized = (): Buffer | undefined => {
    const length = read(4)?.readUInt32LE();
    if (length === undefined) return undefined;
    if (length > LONGEST_BLOCK) throw new TraceError(`${path}: damaged: a block of ${length} bytes`);
    return read(length);
  };
  try {
    const start = read(MAGIC.length + 1);
    if (start === undefined || !start.subarray(0, MAGIC.length).equals(MAGIC)) throw new TraceError(`${path}: it is not a trace`);
    const version = start[MAGIC.length];
    if (version !== VERSION) throw new TraceError(`${path}: a trace of version ${version ?? 0}; this program reads version ${VERSION}`);
    const header = readSized();
    if (header === undefined) throw new TraceError(`${path}: it ends within its header`);
    return {
      header: JSON.parse(header.toString()) as TraceHeader,
      *events() {
        try {
          const dictionary = new Dictionary();
          for (;;) {
            const block = readSized();
            if (block === undefined) return undefined;
            if (block.length === 0) {
              const end = readSized();
              return end === undefined ? undefined : (JSON.parse(end.toString()) as TraceEnd);
            }
            yield* decodeBlock(block, dictionary, path);
          }
        } finally {
          closeSync(file);
        }
      },
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}
