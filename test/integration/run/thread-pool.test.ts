/** What the threads of a run send on their way, and what they hand over at their end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_TAGS } from "../../../dist/load/measure/tags.js";
import { ThreadPool } from "../../../dist/load/run/threads/thread-pool.js";
import { systemClock } from "../../../dist/platform/sync/index.js";

test("all progress of a thread is received before its report", async (t) => {
  const messages = 5000;
  let received = 0;
  const pool = new ThreadPool({
    threads: 1,
    tags: NO_TAGS,
    clock: systemClock,
    keepsSamples: false,
    onProgress: ({ counters }) => (received += counters.reduce((sum, { count }) => sum + count, 0)),
    signal: new AbortController().signal,
  });
  t.after(() => pool.destroy());
  const thread = await pool.launch<number>({
    name: "client-0",
    entry: new URL("../../support/run/progress-thread.js", import.meta.url),
    setup: { messages },
    startOrder: (_hello, originMs) => ({ message: { kind: "start", originMs }, transfer: [] }),
  });
  pool.start(systemClock.now());
  assert.equal(await thread.report, messages);
  assert.equal(received, messages);
});
