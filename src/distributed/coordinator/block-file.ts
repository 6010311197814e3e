/**
 * `blocks.ndjson` in the directory of a job: a line for each collected block, on the disk before the block counts as
 * collected. What Redis and the worker processes lose is executed again; what is in this file is not.
 */
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { cannotWrite } from "../../results/index.js";
import { digestOf } from "../digest.js";
import { DistributedError } from "../errors.js";
import { MAX_RESULT_BYTES } from "../messages.js";
import { parseJson } from "../parse-json.js";
import type { CollectedBlock } from "./block-ledger.js";

export const BLOCK_FILE = "blocks.ndjson";

/** A collected block with its result. */
export interface StoredBlock<Result> extends CollectedBlock {
  readonly result: Result;
}

const lineSchema = z.strictObject({
  first: z.int().nonnegative(),
  last: z.int().nonnegative(),
  digest: z.string(),
  result: z.unknown(),
});

const NEWLINE = 0x0a;
/** What is read at once, bytes. */
const CHUNK_BYTES = 1 << 20;
/** A line with a result of the largest size, bytes. */
const MAX_LINE_BYTES = 2 * MAX_RESULT_BYTES;

export class BlockFile {
  readonly #path: string;
  readonly #file: number;

  private constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /** Opens the file in `directory`; makes it if there is none. */
  static open(directory: string): BlockFile {
    const path = join(directory, BLOCK_FILE);
    return new BlockFile(path, openSync(path, "a+"));
  }

  /**
   * Gives each block of the file to `onBlock`. An incomplete last line, of a coordinator that was killed, is removed.
   * The file may be larger than the longest string.
   * @throws {DistributedError} when another line is damaged
   */
  read<Result>(result: z.ZodType<Result>, onBlock: (block: StoredBlock<Result>) => void): void {
    let line = 0;
    const bytes = readLines(this.#file, (text) => onBlock(parsed(text, `${this.#path}:${++line}`, result)));
    ftruncateSync(this.#file, bytes);
  }

  /** Adds blocks, and waits until they are on the disk. Adds none of them when that fails. @throws ResultsError */
  add(blocks: readonly StoredBlock<unknown>[]): void {
    const { size } = fstatSync(this.#file);
    try {
      // Writes all bytes: `writeSync` can write fewer when the disk is almost full.
      writeFileSync(this.#file, blocks.map((block) => `${JSON.stringify(block)}\n`).join(""));
      fdatasyncSync(this.#file);
    } catch (error) {
      ftruncateSync(this.#file, size);
      throw cannotWrite(this.#path, error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/**
 * Reads the lines of a file that end with a newline, from its beginning. Returns how many bytes they have. Of a line
 * that is longer than any of this file, only the beginning is given.
 */
function readLines(file: number, onLine: (line: string) => void): number {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  /** Of the line that begins at `lineAt`, from earlier chunks. */
  let parts: Buffer[] = [];
  let lineAt = 0;
  for (let at = 0; ; ) {
    const bytes = chunk.subarray(0, readSync(file, chunk, 0, CHUNK_BYTES, at));
    if (bytes.length === 0) return lineAt;
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      onLine(Buffer.concat([...parts, bytes.subarray(from, end)]).toString("utf8"));
      parts = [];
      from = end + 1;
      lineAt = at + from;
    }
    at += bytes.length;
    if (at - lineAt < MAX_LINE_BYTES) parts.push(Buffer.from(bytes.subarray(from)));
  }
}

function parsed<Result>(line: string, place: string, schema: z.ZodType<Result>): StoredBlock<Result> {
  const block = lineSchema.safeParse(parseJson(line)).data;
  const result = schema.safeParse(block?.result);
  if (block === undefined || !result.success || digestOf(JSON.stringify(block.result)) !== block.digest)
    throw new DistributedError(`${place}: damaged line: expected the result of a block with its SHA-256`);
  return { first: block.first, last: block.last, digest: block.digest, result: result.data };
}
