/**
 * Every fourth slot of the arena of the largest run that the documents allow. Takes about 1 GiB of memory, and some
 * seconds.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arenaSizesOf } from "../../../dist/load/run/arena-sizes.js";
import { MAX_RUN_THREADS } from "../../../dist/load/run/run-limits.js";
import { MAX_WORKERS } from "../../../dist/load/scenario/scenario-limits.js";
import { Arena, openMailbox, type Mailbox } from "../../../dist/platform/sync/index.js";

/** A slot has a little more than a page: with every fourth one most pages are never touched, and need no memory. */
const STRIDE = 4;
const ROUNDS = 3;

const skip =
  process.env.EXHAUSTIVE === undefined &&
  "takes 1 GiB of memory; run it with: EXHAUSTIVE=1 node --test test-build/system/exhaustive/largest-arena.test.js";

test("no message is lost in the arena of a run of the largest documented size", { skip }, () => {
  const sizes = arenaSizesOf({ workers: MAX_WORKERS, clients: MAX_RUN_THREADS / 2, tasks: MAX_RUN_THREADS / 2 });
  const arena = Arena.create(sizes);
  const other = Arena.attach(arena.shared);
  const wide = Array.from({ length: sizes.wideSlots }, (_, n) => sizes.slots + n);
  const indices = [...Array.from({ length: Math.ceil(sizes.slots / STRIDE) }, (_, n) => n * STRIDE), ...wide];
  for (let round = 0; round < ROUNDS; round++) {
    for (const index of indices) {
      const sent = [{ index, round }, `slot ${index}: ä€😀`];
      const mailbox = openMailbox(arena.slot(index));
      for (const message of sent) mailbox.append(message);
      const received = takeAll(openMailbox(other.slot(index)));
      if (JSON.stringify(received) !== JSON.stringify(sent)) assert.deepEqual(received, sent, `slot ${index}`);
    }
  }
});

function takeAll(mailbox: Mailbox): unknown[] {
  const taken: unknown[] = [];
  while (mailbox.size > 0) taken.push(mailbox.take());
  return taken;
}
