/**
 * Mailboxes: no wake-up is lost and no signal is wrong, one interleaving at a time
 * (test/support/sync/interleavings.ts).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAILBOX_KINDS, neverAbsent, openMailbox, spawn, type Mailbox } from "../../../dist/platform/sync/index.js";
import {
  everywhere,
  interrupted,
  turnIfCalled,
  twoSides,
  wakeUps,
  type Sides,
} from "../../support/sync/interleavings.js";

/** What ends a consumer's wait, and what the consumer then observes. */
const changes: Record<
  string,
  { readonly make: (mailbox: Mailbox) => void; readonly isObserved: (mailbox: Mailbox) => boolean }
> = {
  append: { make: (mailbox) => mailbox.append("message"), isObserved: (mailbox) => mailbox.size > 0 },
  shutdown: { make: (mailbox) => mailbox.shutdown(), isObserved: (mailbox) => mailbox.isShutdown },
  release: { make: (mailbox) => mailbox.release(), isObserved: () => true },
};

/**
 * Starts a consumer that waits. Returns a function that says whether it has observed the change; undefined while it
 * waits.
 */
function startConsumer({ waiter }: Sides, isObserved: (mailbox: Mailbox) => boolean): () => boolean | undefined {
  const mailbox = openMailbox(waiter.slot, "sound");
  let observed: boolean | undefined;
  spawn(
    mailbox.waitForChangeSteps(Infinity, { isAbsent: () => true }),
    () => (observed = isObserved(mailbox)),
    (error) => assert.fail(String(error)),
  );
  return () => observed;
}

for (const [name, { make, isObserved }] of Object.entries(changes)) {
  test(`sound: ${name} at any point of the consumer's wait or turn wakes it, and it observes the change`, () => {
    for (const isSpurious of [false, true]) {
      everywhere((at) => {
        const sides = twoSides();
        const { waiter, notifier } = sides;
        const producer = openMailbox(notifier.slot, "sound");
        let observed: (() => boolean | undefined) | undefined;
        const begin = (): void => {
          observed = startConsumer(sides, isObserved);
          // A wake-up without a change: the consumer checks and waits again.
          if (isSpurious) {
            waiter.slot.event("hasLiveUpdate").notifyAll();
            waiter.reactor.turn();
          }
        };
        const more = interrupted(at, begin, () => make(producer));
        if (!more) make(producer);
        turnIfCalled(waiter, 0);
        assert.deepEqual([observed?.(), waiter.reactor.waiting], [true, 0], `before operation ${at}`);
        return more;
      });
    }
  });

  test(`sound: the consumer waits and takes its turn at any point of ${name}, and observes it in the end`, () => {
    everywhere((at) => {
      const sides = twoSides();
      const { waiter, notifier } = sides;
      const producer = openMailbox(notifier.slot, "sound");
      let observed: (() => boolean | undefined) | undefined;
      const begin = (): void => {
        observed = startConsumer(sides, isObserved);
        waiter.reactor.turn();
      };
      const more = interrupted(at, () => make(producer), begin);
      if (!more) begin();
      turnIfCalled(waiter, 0);
      assert.deepEqual([observed?.(), waiter.reactor.waiting], [true, 0], `before operation ${at}`);
      return more;
    });
  });
}

test("sound: the signal is clear once the queue is empty, unless it was released or shut down since", () => {
  for (const again of ["append", "release", "shutdown"] as const) {
    everywhere((at) => {
      const { waiter, notifier } = twoSides();
      const mailbox = openMailbox(waiter.slot, "sound");
      const producer = openMailbox(notifier.slot, "sound");
      mailbox.release();
      mailbox.append(1);
      let sizeThen = -1;
      const more = interrupted(
        at,
        () => void mailbox.take(),
        () => {
          sizeThen = mailbox.size;
          if (again === "append") producer.append(2);
          else producer[again]();
        },
      );
      if (!more) return false;
      if (again === "append") {
        assert.equal(mailbox.signal.isSet(), true);
        assert.equal(mailbox.take(), 2);
        assert.equal(mailbox.signal.isSet(), false, `appended before operation ${at}`);
      } else if (sizeThen === 0) {
        assert.equal(mailbox.signal.isSet(), true, `${again} before operation ${at}, after the last message was taken`);
      }
      return true;
    });
  }
});

test("sound: after a take at any point of the append the queue is empty and the signal is clear", () => {
  everywhere((at) => {
    const { waiter, notifier } = twoSides();
    const mailbox = openMailbox(waiter.slot, "sound");
    const producer = openMailbox(notifier.slot, "sound");
    mailbox.release();
    const more = interrupted(
      at,
      () => producer.append(1),
      () => void mailbox.take(),
    );
    mailbox.take();
    assert.deepEqual([mailbox.size, mailbox.signal.isSet()], [0, false], `taken before operation ${at}`);
    return more;
  });
});

test("sound: after an append's notification at any point of the take of its message the signal is clear", () => {
  everywhere((at) => {
    const { waiter } = twoSides();
    const mailbox = openMailbox(waiter.slot, "sound");
    mailbox.release();
    mailbox.append(1);
    const more = interrupted(
      at,
      () => void mailbox.take(),
      () => waiter.slot.event("hasLiveUpdate").notifyAll(),
    );
    assert.deepEqual([mailbox.size, mailbox.signal.isSet()], [0, false], `notified before operation ${at}`);
    return more;
  });
});

test("reference: a take between append and set leaves a stale signal, as in the original", () => {
  let stale = 0;
  everywhere((at) => {
    const { waiter, notifier } = twoSides();
    const mailbox = openMailbox(waiter.slot, "reference");
    const more = interrupted(
      at,
      () => openMailbox(notifier.slot, "reference").append(1),
      () => void mailbox.take(),
    );
    if (mailbox.isEmpty() && mailbox.signal.isSet()) stale++;
    return more;
  });
  assert.ok(stale > 0);
});

for (const kind of MAILBOX_KINDS) {
  test(`${kind}: no message is lost by a take at any point of an append, or the reverse`, () => {
    for (const reverse of [false, true]) {
      everywhere((at) => {
        const { waiter, notifier } = twoSides();
        const mailbox = openMailbox(waiter.slot, kind);
        const producer = openMailbox(notifier.slot, kind);
        const messages = [0, 1, 2, 3].map((i) => "f".repeat(50) + String(i)) as [string, string, string, string];
        for (const message of messages.slice(0, 3)) producer.append(message);
        const taken: unknown[] = [];
        const take = (): void => {
          for (let message = mailbox.take(); message !== undefined; message = mailbox.take()) taken.push(message);
        };
        const append = (): void => producer.append(messages[3]);
        const more = reverse ? interrupted(at, take, append) : interrupted(at, append, take);
        if (reverse && !more) append();
        take();
        assert.deepEqual(taken, messages);
        return more;
      });
    }
  });
}

test("a slot that is allocated again: what its old agent left ready wakes no waiter, a new message does", () => {
  const { waiter, notifier } = twoSides();
  const old = waiter.arena.allocate();
  void wakeUps(old.event("hasLiveUpdate"));
  const otherHandle = notifier.arena.slot(old.index);
  openMailbox(otherHandle).append("for the old agent");
  waiter.reactor.turn();
  // The thread is a watcher again, and a notification is ready, but no coroutine waits.
  notifier.arena.signalThreads(1 << waiter.arena.thread, old.event("hasLiveUpdate").id);
  waiter.arena.free(old);

  const slot = waiter.arena.allocate();
  assert.equal(slot.index, old.index);
  const mailbox = openMailbox(slot);
  let woken = false;
  spawn(
    mailbox.waitForChangeSteps(Infinity, neverAbsent),
    () => (woken = true),
    (error) => assert.fail(String(error)),
  );
  waiter.reactor.turn();
  assert.equal(woken, false);
  openMailbox(otherHandle).append("for the new agent");
  waiter.reactor.turn();
  assert.equal(woken, true);
  assert.equal(mailbox.take(), "for the new agent");
});
