/** The harness's figures about itself are there, and a schedule that was not kept is called so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createRecorder, scheduleKept, watchHealth, watchProcess } from "../../../dist/load/measure/index.js";
import { mergeSnapshots } from "../../support/measure/merge-snapshots.js";

const slipOf = (...times: number[]) => {
  const recorder = createRecorder({ thread: "t", originMs: 0 });
  for (const ms of times) recorder.trend("schedule_slip").record(ms, 0);
  return mergeSnapshots([recorder.take()], 1000);
};

test("the schedule is kept up to the bound, not above it, and not by a generator that did nothing", () => {
  assert.deepEqual(scheduleKept(slipOf(1, 20), 20), { kept: true, slipP99Ms: 20, slipMaxMs: 20, boundMs: 20 });
  assert.equal(scheduleKept(slipOf(1, 21), 20).kept, false);
  assert.deepEqual(scheduleKept(slipOf(), 20), { kept: false, slipP99Ms: null, slipMaxMs: null, boundMs: 20 });
});

test("a watched thread reports its loop and its collections", async () => {
  const [thread, whole] = [watchHealth("main"), watchProcess()];
  const litter = Array.from({ length: 200_000 }, (_, n) => ({ n, text: String(n) }));
  // The monitor counts from its second timer on; after the long turn above, its first and the first sleep end together.
  await sleep(60);
  await sleep(60);
  const health = thread.stop();
  assert.equal(litter.length, 200_000);
  assert.equal(health.thread, "main");
  assert.ok(health.watchedMs > 0);
  assert.ok(health.eventLoopDelay !== null && health.eventLoopDelay.maxMs >= health.eventLoopDelay.p50Ms);
  assert.ok(health.gc.count >= 1 && health.gc.totalMs >= health.gc.maxMs);
  assert.ok(whole.stop().peakMemoryBytes > 1_000_000);
});
