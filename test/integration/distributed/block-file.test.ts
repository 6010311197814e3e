/** `blocks.ndjson`: what a coordinator that was killed leaves, and what a resumed one reads. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { z } from "zod";
import { BLOCK_FILE, BlockFile, type StoredBlock } from "../../../dist/distributed/coordinator/block-file.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";

type Stored = StoredBlock<string>;

/** A block whose result has `length` characters, of more than one byte each. */
function blockOf(place: number, length: number): Stored {
  const result = "é".repeat(length);
  return {
    ...{ first: place, last: place, result },
    digest: createHash("sha256").update(JSON.stringify(result)).digest("hex"),
  };
}

/** A file with the blocks. */
function fileWith(t: TestContext, blocks: readonly Stored[]): { readonly directory: string; readonly path: string } {
  const directory = temporaryDirectory(t);
  const file = BlockFile.open(directory);
  file.add(blocks);
  file.close();
  return { directory, path: join(directory, BLOCK_FILE) };
}

function blocksIn(directory: string): Stored[] {
  const file = BlockFile.open(directory);
  const blocks: Stored[] = [];
  try {
    file.read(z.string(), (block) => blocks.push(block));
  } finally {
    file.close();
  }
  return blocks;
}

test("a directory without a file has no blocks", (t) => {
  assert.deepEqual(blocksIn(temporaryDirectory(t)), []);
});

test("blocks of all sizes are read as they were written", (t) => {
  // The file is read in parts of 1 MiB: lines end before, at and after their ends, and some have several.
  const lengths = [1, 200_000, 524_200, 3, 524_287, 524_288, 524_289, 0, 1_700_000, 10];
  const blocks = lengths.map((length, place) => blockOf(place, length));
  assert.deepEqual(blocksIn(fileWith(t, blocks).directory), blocks);
});

test("an incomplete last line is removed, and what is added follows the last whole one", (t) => {
  const blocks = [blockOf(0, 5), blockOf(1, 1_000_000)];
  const { directory, path } = fileWith(t, blocks);
  const whole = statSync(path).size;
  appendFileSync(path, JSON.stringify(blockOf(2, 700_000)).slice(0, -9));
  const file = BlockFile.open(directory);
  file.read(z.string(), () => undefined);
  assert.equal(statSync(path).size, whole);
  file.add([blockOf(3, 7)]);
  file.close();
  assert.deepEqual(blocksIn(directory), [...blocks, blockOf(3, 7)]);
});

test("another damaged line is an error that names it, and the file is left as it is", (t) => {
  const { directory, path } = fileWith(t, [blockOf(0, 5), blockOf(1, 5), blockOf(2, 5)]);
  const text = readFileSync(path, "utf8");
  for (const damaged of [text.replace("éé", "éx"), text.replace('{"first":0', "{"), `\n${text}`]) {
    writeFileSync(path, damaged);
    assert.throws(() => blocksIn(directory), /blocks\.ndjson:1: damaged line: expected the result of a block with its/);
    assert.equal(readFileSync(path, "utf8"), damaged);
  }
});

test("a file that is larger than the longest string is read", (t) => {
  const blocks = [blockOf(0, 5), blockOf(1, 5)];
  const { directory, path } = fileWith(t, blocks);
  // What follows the last whole line is as much as a crash of the machine leaves, and takes no room on the disk.
  truncateSync(path, 600 * 2 ** 20);
  assert.deepEqual(blocksIn(directory), blocks);
});
