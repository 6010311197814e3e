/** The heartbeats of pages: one chain for each socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Heartbeats } from "../../../../dist/load/network/heartbeats.js";
import { limits } from "../../../../dist/platform/server/protocol/index.js";

type Page = { visit: number; sockets: number };

/** When a page has heartbeats whose first socket opens at 0, for half a minute. `events`: by their times, ms. */
function beatsOf(events: Readonly<Record<number, (page: Page, open: () => void) => void>>): number[] {
  const page = { visit: 0, sockets: 0 };
  const heartbeats = new Heartbeats<Page>();
  const beats: number[] = [];
  heartbeats.start(page, 0);
  for (let now = 0; now <= 30_000; now += 100) {
    events[now]?.(page, () => heartbeats.start(page, now));
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
  assert.deepEqual(beatsOf({ 1000: (_page, open) => open() }), [limits.FIRST_HEARTBEAT_MS, ...chainFrom(1000)]);
});

test("a page that was left has no more", () => {
  assert.deepEqual(beatsOf({ 2000: (page) => page.visit++ }), [limits.FIRST_HEARTBEAT_MS]);
});
