/** The heartbeats of pages: one chain for each socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Heartbeats } from "../../../../dist/load/network/heartbeats.js";
import { limits } from "../../../../dist/platform/server/protocol/index.js";

/** When the page has heartbeats, of the times that are looked at: each tenth of a second of half a minute. */
function beatsOf(events: Readonly<Record<number, (page: { visit: number; sockets: number }) => void>>): number[] {
  const page = { visit: 0, sockets: 0 };
  const heartbeats = new Heartbeats<typeof page>();
  const beats: number[] = [];
  for (let now = 0; now <= 30_000; now += 100) {
    events[now]?.(page);
    if (now === 0 || (now === 1000 && 1000 in events)) heartbeats.start(page, now);
    heartbeats.run(now, () => beats.push(now) > 0);
  }
  return beats;
}

const chainFrom = (start: number): number[] =>
  Array.from({ length: 10 }, (_, beat) => start + limits.FIRST_HEARTBEAT_MS + beat * limits.HEARTBEAT_MS).filter(
    (at) => at <= 30_000,
  );

test("a socket has one after half a second, and then one every six", () => {
  assert.deepEqual(beatsOf({}), chainFrom(0));
});

test("the next socket of the same visit, as that of the task after the onboarding, ends those of the former", () => {
  assert.deepEqual(beatsOf({ 1000: () => undefined }), [limits.FIRST_HEARTBEAT_MS, ...chainFrom(1000)]);
});

test("a page that was left has no more", () => {
  assert.deepEqual(beatsOf({ 2000: (page) => page.visit++ }), [limits.FIRST_HEARTBEAT_MS]);
});
