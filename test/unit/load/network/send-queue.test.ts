/** The send queue of a browser's page: last in, first out, one packet each 100 ms of each interval. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SendQueue } from "../../../../dist/load/network/send-queue.js";
import { Reactor } from "../../../../dist/platform/sync/index.js";

/** A queue on a clock that the test moves, and what it has sent, with the times. */
function queueOn() {
  let now = 0;
  const reactor = new Reactor({ now: () => now }, () => {
    throw new Error("there are no events");
  });
  reactor.drive({ requestTurn: () => undefined });
  const sent: (readonly [number, string])[] = [];
  const state = { isOpen: true };
  const trySend = (text: string): boolean => {
    if (state.isOpen) sent.push([now, text]);
    return state.isOpen;
  };
  const queue = new SendQueue(reactor);
  /** Moves on to `until`, ms by ms. */
  const passUntil = (until: number): void => {
    for (; now < until; now++) reactor.turn();
    reactor.turn();
  };
  return { queue, sent, state, passUntil, connect: () => queue.connect(trySend) };
}

test("what waits together is sent last in, first out, one packet each 100 ms from the connect on", () => {
  const { queue, sent, passUntil, connect } = queueOn();
  passUntil(30);
  connect();
  for (const text of ["first", "second", "third"]) queue.push({ text });
  passUntil(250);
  queue.push({ text: "late" });
  passUntil(600);
  assert.deepEqual(sent, [
    [130, "third"],
    [230, "second"],
    [330, "late"],
    [430, "first"],
  ]);
});

test("a packet that cannot be sent is tried again before what had waited for longer", () => {
  const { queue, sent, state, passUntil, connect } = queueOn();
  connect();
  queue.push({ text: "older" });
  queue.push({ text: "newer" });
  state.isOpen = false;
  passUntil(250);
  assert.deepEqual(sent, []);
  state.isOpen = true;
  passUntil(400);
  assert.deepEqual(sent, [
    [300, "newer"],
    [400, "older"],
  ]);
});

test("the connect of the task, after that of the onboarding, starts a second interval", () => {
  const { queue, sent, passUntil, connect } = queueOn();
  connect();
  passUntil(140);
  connect();
  for (const text of ["a", "b", "c", "d"]) queue.push({ text });
  passUntil(500);
  assert.deepEqual(
    sent.map(([at]) => at),
    [200, 240, 300, 340],
  );
});

test("a queue that was stopped sends nothing any more", () => {
  const { queue, sent, passUntil, connect } = queueOn();
  connect();
  queue.push({ text: "a" });
  queue.stop();
  passUntil(500);
  assert.deepEqual(sent, []);
});

test("whenever packets come, each is sent once, and never before a newer one that waits", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 30 }), (gaps) => {
      const { queue, sent, passUntil, connect } = queueOn();
      connect();
      const pushedAt: number[] = [];
      let now = 0;
      const order: number[] = [];
      for (const [number, gap] of gaps.entries()) {
        passUntil((now += gap));
        pushedAt.push(now);
        queue.push({ text: String(number), onSent: () => order.push(number) });
      }
      passUntil(now + 100 * (gaps.length + 1));
      assert.deepEqual(
        sent.map(([, text]) => Number(text)),
        order,
      );
      assert.deepEqual(new Set(order), new Set(gaps.keys()));
      assert.equal(order.length, gaps.length);
      for (const [place, [at, text]] of sent.entries())
        for (const [, later] of sent.slice(place + 1))
          if (Number(later) > Number(text)) assert.ok((pushedAt[Number(later)] ?? 0) >= at, `${text} before ${later}`);
    }),
  );
});
