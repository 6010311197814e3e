/** Writes and reads trace files, one block at a time. */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { at, plural } from "../../vocabulary/index.js";
import { FileReader } from "../file-reader.js";
import { createEncoder, type Encoder, type TraceEnd } from "./encoder.js";
import { decodeBlock, Dictionary } from "./decoder.js";
import { TraceError } from "./trace-error.js";
import type { TraceEvent, TraceValue } from "./trace-event.js";
import { MAGIC, VERSION } from "./trace-format.js";

/** The header of a trace: how its run was started. It is not part of the hash. */
export type TraceHeader = { readonly [key: string]: TraceValue };

export interface TraceFile extends Encoder {
  /** Closes the file of a failed run: with all written events and without the end. */
  closeIncomplete(): void;
}

/** Creates a trace file at `path`. Throws the error of the file system. */
export function createTraceFile(path: string, header: TraceHeader): TraceFile {
  const file = openSync(path, "wx");
  const lengthWord = Buffer.alloc(4);
  // Writes all bytes: `writeSync` can write fewer when the disk is almost full.
  const writeSized = (bytes: Uint8Array): void => {
    lengthWord.writeUInt32LE(bytes.length);
    writeFileSync(file, lengthWord);
    writeFileSync(file, bytes);
  };
  writeFileSync(file, Buffer.concat([MAGIC, Buffer.from([VERSION])]));
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
      fsyncSync(file);
      closeSync(file);
      return end;
    },
    closeIncomplete() {
      encoder.end();
      closeSync(file);
    },
  };
}

/** The longest block. A greater length means that the file is damaged. */
const MAX_BLOCK = 1 << 28;

export interface TraceReader {
  readonly header: TraceHeader;
  /** The events in their order, once. Returns the end of the trace; undefined when it has none. */
  events(): Generator<TraceEvent, TraceEnd | undefined>;
}

/**
 * Opens a trace. One block of it is in memory at a time.
 * @throws TraceError, here or while the events are read, when the file cannot be read or is not a trace of this version
 */
export function readTrace(path: string): TraceReader {
  const { header, blocks } = readBlocks(path);
  return {
    header,
    *events() {
      const dictionary = new Dictionary();
      const hash = createHash("sha256");
      let events = 0;
      const rest = blocks();
      for (let next = rest.next(); ; next = rest.next()) {
        if (next.done) {
          if (next.value !== undefined) requireSameEnd(next.value, { events, hash: hash.digest("hex") }, path);
          return next.value;
        }
        hash.update(next.value);
        for (const event of decodeBlock(next.value, dictionary, path)) {
          events++;
          yield event;
        }
      }
    },
  };
}

/** `end`: that of the trace's events. @throws TraceError unless the trace has the same */
export function requireSameEnd(recorded: TraceEnd, end: TraceEnd, path: string): void {
  if (recorded.events !== end.events || recorded.hash !== end.hash)
    throw new TraceError(`${path}: damaged: its end is not that of its events`);
}

/** As {@link readTrace}, but returns undecoded blocks and does not compare the end with them. */
export function readBlocks(path: string): {
  readonly header: TraceHeader;
  blocks: () => Generator<Buffer, TraceEnd | undefined>;
} {
  const file = new FileReader(path, TraceError);
  try {
    const start = file.take(MAGIC.length + 1);
    if (start === undefined || !start.subarray(0, MAGIC.length).equals(MAGIC))
      throw new TraceError(`${path}: it is not a trace`);
    const version = at(start, MAGIC.length);
    if (version !== VERSION)
      throw new TraceError(`${path}: a trace of version ${version}: expected version ${VERSION}`);
    const header = takeSized(file, path);
    if (header === undefined) throw new TraceError(`${path}: it ends within its header`);
    return { header: parse(header, path, "its header", headerSchema), blocks: () => blocksOf(file, path) };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Closes the file at the end, or when the caller stops reading. */
function* blocksOf(file: FileReader, path: string): Generator<Buffer, TraceEnd | undefined> {
  try {
    for (;;) {
      const block = takeSized(file, path);
      if (block === undefined) return undefined;
      if (block.length === 0) {
        const end = takeSized(file, path);
        if (end === undefined) return undefined;
        const { left } = file;
        if (left > 0) throw new TraceError(`${path}: damaged: ${plural(left, "byte")} after its end`);
        return parse(end, path, "its end", endSchema);
      }
      yield block;
    }
  } finally {
    file.close();
  }
}

const headerSchema: z.ZodType<TraceHeader> = z.record(z.string(), z.json());
const endSchema: z.ZodType<TraceEnd> = z.object({ hash: z.string(), events: z.number() });

function parse<T>(json: Buffer, path: string, what: string, schema: z.ZodType<T>): T {
  let content: unknown;
  try {
    content = JSON.parse(json.toString());
  } catch (error) {
    throw new TraceError(`${path}: damaged: ${what} is not JSON`, { cause: error });
  }
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new TraceError(`${path}: damaged: ${what} is incomplete`, { cause: parsed.error });
  return parsed.data;
}

/** The next block: a length and as many bytes; undefined when the file ends before. */
function takeSized(file: FileReader, path: string): Buffer | undefined {
  const length = file.take(4)?.readUInt32LE();
  if (length === undefined) return undefined;
  if (length > MAX_BLOCK) throw new TraceError(`${path}: damaged: a block of ${length} bytes`);
  return file.take(length);
}
