/** What waits for room: sent in order, and nothing that was sent is kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createOutbox } from "../../../dist/platform/live/index.js";
import { Arena } from "../../../dist/platform/sync/index.js";

/** An outbox that sends only as much as it is given room for. */
function outboxWithRoom<T>(deliver: (message: T) => void) {
  let now = 0;
  let room = 0;
  const { reactor } = Arena.create({ slots: 1, clock: { now: () => now }, driver: { requestTurn: () => undefined } });
  const offer = (message: T): boolean => {
    if (room === 0) return false;
    room--;
    deliver(message);
    return true;
  };
  const outbox = createOutbox<T>(reactor, offer, () => undefined);
  return {
    outbox,
    /** Has room for `messages` more, and a turn. */
    give: (messages: number): void => {
      room = messages;
      now++;
      reactor.turn();
      room = 0;
    },
  };
}

test("what finds no room is sent in order, however much room there is at a time", () => {
  const sent: number[] = [];
  const { outbox, give } = outboxWithRoom<number>((message) => sent.push(message));
  let next = 0;
  for (let round = 0; round < 300; round++) {
    for (let n = 0; n < round % 7; n++) outbox.send(next++);
    give(round % 5);
    assert.equal(outbox.waiting, next - sent.length);
  }
  give(next);
  assert.equal(outbox.waiting, 0);
  assert.deepEqual(
    sent,
    Array.from({ length: next }, (_, index) => index),
  );
});

test("what can never be sent is told, and does not keep what comes behind it", () => {
  const sent: number[] = [];
  const { outbox, give } = outboxWithRoom<number>((message) => {
    if (message === 2) throw new RangeError("too large");
    sent.push(message);
  });
  for (const message of [1, 2, 3]) outbox.send(message);
  assert.throws(() => give(3), /too large/);
  give(3);
  outbox.send(4);
  give(1);
  assert.deepEqual(sent, [1, 3, 4]);
  assert.equal(outbox.waiting, 0);
});

test("what was sent is not kept, though something waits at all times", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { outbox, give } = outboxWithRoom<object>(() => undefined);
  const early: WeakRef<object>[] = [];
  for (let n = 0; n < 100; n++) {
    const message = { n };
    if (n < 10) early.push(new WeakRef(message));
    outbox.send(message);
    if (n > 0) give(1);
  }
  assert.equal(outbox.waiting, 1);
  await setImmediate();
  collect();
  assert.deepEqual(
    early.map((message) => message.deref()),
    early.map(() => undefined),
  );
});
