/** What a file of samples says that it has and lacks when the thread that writes it is given up, or dies. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { SampleBatch } from "../../../dist/load/measure/index.js";
import { openOutputs, type Outputs } from "../../../dist/outputs/index.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";

const LINE_FEED = 10;

function batchOf(samples: number): SampleBatch {
  return {
    thread: "client-0",
    metrics: new Uint8Array(samples),
    startMs: new Float64Array(samples),
    values: new Float64Array(samples),
    of: new Uint32Array(samples),
    subjects: [],
  };
}

/** Samples of a metric that does not exist: the thread dies of them. */
function wrongBatchOf(samples: number): SampleBatch {
  const batch = batchOf(samples);
  batch.metrics.fill(255, 0, 1);
  return batch;
}

async function begunOutput(path: string): Promise<{ outputs: Outputs; add: (batch: SampleBatch) => void }> {
  const outputs = await openOutputs([{ kind: "csv", to: path }]);
  const { samples } = outputs;
  assert.ok(samples !== undefined);
  samples.begin(new Date(0), []);
  return { outputs, add: (batch) => samples.add(batch) };
}

/** Reads until there were so many lines. */
async function readLines(file: number, lines: number): Promise<void> {
  const buffer = Buffer.alloc(4096);
  for (let seen = 0; seen < lines; ) {
    const bytes = attemptRead(file, buffer);
    if (bytes === 0) await nextTurn();
    seen += buffer.subarray(0, bytes).filter((byte) => byte === LINE_FEED).length;
  }
}

/** 0: nothing is there, or nobody writes yet. */
function attemptRead(file: number, buffer: Buffer): number {
  try {
    return readSync(file, buffer);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "EAGAIN");
    return 0;
  }
}

test("a thread that is given up at the end has delivered what it has written, and the rest is missing", async (t) => {
  const pipe = join(temporaryDirectory(t), "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  t.after(() => closeSync(reader));
  const { outputs, add } = await begunOutput(pipe);
  for (const batch of [batchOf(20_000), batchOf(50_000)]) add(batch);
  // Lines of the second batch are there: the thread is done with the first. The rest of it is more than a pipe holds.
  await readLines(reader, 1 + 20_000 + 100);

  t.mock.timers.enable({ apis: ["setTimeout"] });
  const ended = outputs.end(undefined);
  await nextTurn();
  t.mock.timers.runAll();
  const [{ delivered, dropped, problem } = assert.fail("an outcome")] = await ended;
  assert.deepEqual({ delivered, dropped }, { delivered: 20_000, dropped: 50_000 });
  assert.equal(problem, "it was not written within 30 s");
});

test("what comes after the thread has died is missing too, and so is what it had not written", async (t) => {
  const { outputs, add } = await begunOutput(join(temporaryDirectory(t), "samples.csv"));
  add(batchOf(10));
  // So many that the room is there only when the thread is dead.
  const many = 600_000;
  add(wrongBatchOf(many));
  await outputs.room();
  add(batchOf(5));
  const [{ delivered, dropped, problem } = assert.fail("an outcome")] = await outputs.end(undefined);
  assert.deepEqual({ delivered, dropped }, { delivered: 0, dropped: 10 + many + 5 });
  assert.match(problem ?? "", /^its thread died: /);
});
