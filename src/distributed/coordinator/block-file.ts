/**
 * `blocks.ndjson` in the directory of a job: a line for each collected block, on the disk before the block counts as
 * collected. What Redis and the worker processes lose is executed again; what is in this file is not.
 */
import { closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { cannotWrite } from "../../results/index.js";
import { digestOf } from "../digest.js";
import { DistributedError } from "../errors.js";
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

export class BlockFile {
  readonly #path: string;
  readonly #file: number;

  private constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Opens the file in `directory`, and reads what is in it. An incomplete last line, of a coordinator that was killed,
   * is removed.
   * @throws {DistributedError} when another line is damaged
   */
  static open<Result>(
    directory: string,
    result: z.ZodType<Result>,
  ): { readonly file: BlockFile; readonly blocks: readonly StoredBlock<Result>[] } {
    const path = join(directory, BLOCK_FILE);
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const blocks = whole
      .split("\n")
      .slice(0, -1)
      .map((line, index) => parsed(line, `${path}:${index + 1}`, result));
    const file = openSync(path, "a");
    if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));
    return { file: new BlockFile(path, file), blocks };
  }

  /** Adds blocks, and waits until they are on the disk. @throws ResultsError */
  add(blocks: readonly StoredBlock<unknown>[]): void {
    try {
      writeSync(this.#file, blocks.map((block) => `${JSON.stringify(block)}\n`).join(""));
      fdatasyncSync(this.#file);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

function parsed<Result>(line: string, place: string, schema: z.ZodType<Result>): StoredBlock<Result> {
  const block = lineSchema.safeParse(parseJson(line)).data;
  const result = schema.safeParse(block?.result);
  if (block === undefined || !result.success || digestOf(JSON.stringify(block.result)) !== block.digest)
    throw new DistributedError(`${place}: damaged line: expected the result of a block with its SHA-256`);
  return { first: block.first, last: block.last, digest: block.digest, result: result.data };
}
