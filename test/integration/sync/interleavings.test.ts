/**
 * Lost wake-ups, looked for one interleaving at a time: one side stops before each of its operations on shared memory in
 * turn, and the other side runs there to its end. Both sides run in this thread, each with an arena handle and a place of
 * its own, so every failure is repeated by its number.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Arena,
  MAILBOX_KINDS,
  neverAbsent,
  openMailbox,
  park,
  spawn,
  manualDriver,
  takeControl,
  type Driver,
  type Event,
  type Mailbox,
  type Reactor,
  type Slot,
} from "../../../dist/platform/sync/index.js";
import { notLost } from "../../support/sync/support.js";

/**
 * Runs `outer` with `inner` before its `at`-th operation. Returns whether there were that many. Real time does not pass:
 * neither side may block.
 */
function interrupted(at: number, outer: () => void, inner: () => void): boolean {
  let operations = 0;
  let ran = false;
  const step = (): void => {
    if (++operations !== at) return;
    takeControl(undefined);
    ran = true;
    inner();
  };
  takeControl({
    before: step,
    wait: () => assert.fail("neither side may block"),
    notify: (cells, index) => {
      step();
      return Atomics.notify(cells, index);
    },
  });
  try {
    outer();
  } finally {
    takeControl(undefined);
  }
  return ran;
}

/** Calls `attempt` with 1, 2, … until it says that there was no such operation. */
function everywhere(attempt: (at: number) => boolean): void {
  let at = 1;
  while (attempt(at)) at++;
  assert.ok(at > 2, "the interrupted side has operations on shared memory");
}

const manual: Driver = { requestTurn: () => undefined };

interface Sides {
  /** The waiting thread, whose turns the test takes, and its slot. */
  readonly waiter: { readonly reactor: Reactor; readonly slot: Slot; readonly arena: Arena };
  /** The thread that brings news, and its handle on the same slot. */
  readonly bringer: { readonly slot: Slot; readonly arena: Arena };
}

function twoSides(driver: Driver = manual): Sides {
  const arena = Arena.create({ slots: 3, ringBytes: 256, driver });
  const other = Arena.attach(arena.shared, { driver: manual });
  return {
    waiter: { reactor: arena.reactor, slot: arena.slot(2), arena },
    bringer: { slot: other.slot(2), arena: other },
  };
}

/** Waits, and counts the wake-ups. */
function wakeUps(event: Event): () => number {
  let count = 0;
  event.waiting().start({
    resume(raised) {
      assert.equal(raised, true);
      count++;
    },
    fail: (error) => assert.fail(String(error)),
  });
  return () => count;
}

/** What a driver does: a turn if the doorbell was rung or something is ready. */
function turnIfCalled({ reactor, arena }: Sides["waiter"], doorbellBefore: number): void {
  while (reactor.hasReady || arena.cells[arena.doorbell] !== doorbellBefore) {
    doorbellBefore = arena.cells[arena.doorbell] ?? 0;
    reactor.turn();
  }
}

/** Ways in which a thread raises an event for those who wait now. */
const raises: Record<string, (event: Event) => void> = {
  set: (event) => event.set(),
  "set and clear": (event) => {
    event.set();
    event.clear();
  },
  announce: (event) => event.notifyAll(),
};

for (const [name, raise] of Object.entries(raises)) {
  test(`${name} at any point of an earlier waiter's turn: both wake`, () => {
    everywhere((at) => {
      const { waiter, bringer } = twoSides();
      const event = waiter.slot.event("didSubmit");
      const elsewhere = bringer.slot.event("didSubmit");
      const first = wakeUps(event);
      elsewhere.notifyAll();
      const second = wakeUps(event);
      const more = interrupted(
        at,
        () => void waiter.reactor.turn(),
        () => raise(elsewhere),
      );
      if (!more) raise(elsewhere);
      turnIfCalled(waiter, 0);
      assert.deepEqual([first(), second(), waiter.reactor.waiting], [1, 1, 0], `before operation ${at}`);
      return more;
    });
  });

  test(`a coroutine that begins to wait, and its turn, at any point of ${name}: an earlier waiter wakes, the later at the next`, () => {
    everywhere((at) => {
      const { waiter, bringer } = twoSides();
      const event = waiter.slot.event("didSubmit");
      const elsewhere = bringer.slot.event("didSubmit");
      const first = wakeUps(event);
      let second = (): number => -1;
      const more = interrupted(
        at,
        () => raise(elsewhere),
        () => {
          second = wakeUps(event);
          waiter.reactor.turn();
        },
      );
      turnIfCalled(waiter, 0);
      assert.equal(first(), 1, `before operation ${at}`);
      if (!more) return false;
      raise(elsewhere);
      turnIfCalled(waiter, -1);
      assert.deepEqual([second(), waiter.reactor.waiting], [1, 0], `before operation ${at}`);
      return true;
    });
  });
}

test("the event loop: set at any point of a coroutine's beginning to wait, whether or not the thread already listens", async () => {
  for (const listensAlready of [false, true]) {
    let more = true;
    for (let at = 1; more; at++) {
      const arena = Arena.create({ slots: 2, ringBytes: 64 });
      const elsewhere = Arena.attach(arena.shared).slot(1).event("didSubmit");
      const before = listensAlready ? arena.slot(0).event("didSubmit").waitAsync() : undefined;
      let woken: Promise<boolean> | undefined;
      more = interrupted(
        at,
        () => {
          woken = arena.slot(1).event("didSubmit").waitAsync();
        },
        () => elsewhere.set(),
      );
      if (!more) elsewhere.set();
      assert.equal(await notLost(woken ?? Promise.reject(new Error("not waited")), `set before operation ${at}`), true);
      arena.slot(0).event("didSubmit").set();
      await before;
    }
  }
});

/** What a producer or the live run may do to a waiting consumer, and what the consumer then sees. */
const news: Record<
  string,
  { readonly bring: (mailbox: Mailbox) => void; readonly seen: (mailbox: Mailbox) => boolean }
> = {
  append: { bring: (mailbox) => mailbox.append("news"), seen: (mailbox) => mailbox.size > 0 },
  shutdown: { bring: (mailbox) => mailbox.shutdown(), seen: (mailbox) => mailbox.isShutdown },
  release: { bring: (mailbox) => mailbox.release(), seen: () => true },
};

for (const [name, { bring, seen }] of Object.entries(news)) {
  test(`sound: ${name} at any point of the consumer's wait or turn wakes it, and it sees why`, () => {
    for (const stale of [false, true]) {
      everywhere((at) => {
        const { waiter, bringer } = twoSides();
        const mailbox = openMailbox(waiter.slot, "sound");
        const producer = openMailbox(bringer.slot, "sound");
        let sawIt: boolean | undefined;
        const begin = (): void => {
          spawn(
            mailbox.waitForChangeSteps(Infinity, { isAbsent: () => true }),
            () => (sawIt = seen(mailbox)),
            (error) => assert.fail(String(error)),
          );
          // A wake-up for nothing: the consumer looks, and waits again.
          if (stale) {
            waiter.slot.event("hasLiveUpdate").notifyAll();
            waiter.reactor.turn();
          }
        };
        const more = interrupted(at, begin, () => bring(producer));
        if (!more) bring(producer);
        turnIfCalled(waiter, 0);
        assert.deepEqual([sawIt, waiter.reactor.waiting], [true, 0], `before operation ${at}`);
        return more;
      });
    }
  });

  test(`sound: the consumer waits and takes its turn at any point of ${name}, and in the end sees it`, () => {
    everywhere((at) => {
      const { waiter, bringer } = twoSides();
      const mailbox = openMailbox(waiter.slot, "sound");
      const producer = openMailbox(bringer.slot, "sound");
      let sawIt: boolean | undefined;
      const begin = (): void => {
        spawn(
          mailbox.waitForChangeSteps(Infinity, { isAbsent: () => true }),
          () => (sawIt = seen(mailbox)),
          (error) => assert.fail(String(error)),
        );
        waiter.reactor.turn();
      };
      const more = interrupted(at, () => bring(producer), begin);
      if (!more) begin();
      turnIfCalled(waiter, 0);
      assert.deepEqual([sawIt, waiter.reactor.waiting], [true, 0], `before operation ${at}`);
      return more;
    });
  });
}

test("sound: the signal is down once the queue was drained, unless it was released or shut down since", () => {
  for (const again of ["append", "release", "shutdown"] as const) {
    everywhere((at) => {
      const { waiter, bringer } = twoSides();
      const mailbox = openMailbox(waiter.slot, "sound");
      const producer = openMailbox(bringer.slot, "sound");
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

test("sound: taken at any point of the append, the signal is down over the empty queue, also after an earlier release", () => {
  everywhere((at) => {
    const { waiter, bringer } = twoSides();
    const mailbox = openMailbox(waiter.slot, "sound");
    const producer = openMailbox(bringer.slot, "sound");
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

test("sound: an append's announcement at any point of the take of its message leaves no signal up over the empty queue", () => {
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
    assert.deepEqual([mailbox.size, mailbox.signal.isSet()], [0, false], `announced before operation ${at}`);
    return more;
  });
});

test("reference: the stale signal is there, as in the seed: taken between append and set", () => {
  let stale = 0;
  everywhere((at) => {
    const { waiter, bringer } = twoSides();
    const mailbox = openMailbox(waiter.slot, "reference");
    const more = interrupted(
      at,
      () => openMailbox(bringer.slot, "reference").append(1),
      () => void mailbox.take(),
    );
    if (mailbox.isEmpty() && mailbox.signal.isSet()) stale++;
    return more;
  });
  assert.ok(stale > 0);
});

for (const kind of MAILBOX_KINDS) {
  test(`${kind}: a take at any point of an append, and the reverse, keep the queue whole`, () => {
    for (const reverse of [false, true]) {
      everywhere((at) => {
        const { waiter, bringer } = twoSides();
        const mailbox = openMailbox(waiter.slot, kind);
        const producer = openMailbox(bringer.slot, kind);
        const messages = [0, 1, 2, 3].map((i) => "f".repeat(50) + String(i));
        for (const message of messages.slice(0, 3)) producer.append(message);
        const taken: unknown[] = [];
        const take = (): void => {
          for (let message = mailbox.take(); message !== undefined; message = mailbox.take()) taken.push(message);
        };
        const append = (): void => producer.append(messages[3] ?? "");
        const more = reverse ? interrupted(at, take, append) : interrupted(at, append, take);
        if (reverse && !more) append();
        take();
        assert.deepEqual(taken, messages);
        return more;
      });
    }
  });
}

test("a slot that was given back and taken again: what its old tenant left ready wakes nobody, its new tenant's news do", () => {
  const { waiter, bringer } = twoSides();
  const old = waiter.arena.allocate();
  void wakeUps(old.event("hasLiveUpdate"));
  const seenElsewhere = bringer.arena.slot(old.index);
  openMailbox(seenElsewhere).append("for the old tenant");
  waiter.reactor.turn();
  // The thread's bit is put among the watchers once more, and an announcement is left ready, with nobody waiting.
  bringer.arena.signalThreads(1 << waiter.arena.thread, old.event("hasLiveUpdate").id);
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
  openMailbox(seenElsewhere).append("for the new tenant");
  waiter.reactor.turn();
  assert.equal(woken, true);
  assert.equal(mailbox.take(), "for the new tenant");
});

test("parked: what `poll` is woken for is polled before the thread parks, whenever it comes", async () => {
  const arena = Arena.create({ slots: 1 });
  // A thread that would park is told by `wait`; a wake-up that it has not answered must keep it from parking.
  let work = 0;
  let rounds = 0;
  let parkedOnWork = 0;
  takeControl({
    before: () => undefined,
    notify: (cells, index) => Atomics.notify(cells, index),
    wait: (cells, index, expected) => {
      if (Atomics.load(cells, index) !== expected) return "not-equal";
      if (work > 0) parkedOnWork++;
      return "timed-out";
    },
  });
  try {
    await park(arena.reactor, {
      cells: arena.cells,
      doorbell: arena.doorbell,
      done: () => rounds >= 100,
      poll: () => {
        rounds++;
        const had = work > 0;
        work = 0;
        // Work that comes right after each look, as another thread would bring it.
        if (rounds < 100) {
          work++;
          arena.wake(arena.thread);
        }
        return had;
      },
    });
  } finally {
    takeControl(undefined);
  }
  assert.equal(parkedOnWork, 0);
});

test("parked: the event loop gets its looks also when turns take seconds", async () => {
  let now = 0;
  const arena = Arena.create({ slots: 1, clock: { now: () => now }, driver: manualDriver });
  let turns = 0;
  let sinceLook = 0;
  let mostBetweenLooks = 0;
  const look = (): void => {
    mostBetweenLooks = Math.max(mostBetweenLooks, sinceLook);
    sinceLook = 0;
    if (turns < 100) setImmediate(look);
  };
  look();
  // There is always something due, and each time it takes a second.
  const busy = (): void => {
    now += 1000;
    turns++;
    sinceLook++;
    if (turns < 100) arena.reactor.at(now, busy);
  };
  arena.reactor.at(0, busy);
  await park(arena.reactor, { cells: arena.cells, doorbell: arena.doorbell, done: () => turns >= 100 });
  assert.ok(mostBetweenLooks <= 2, `${mostBetweenLooks} turns of a second each between two looks`);
});

test("parked: coroutines that still wait afterwards are the event loop's again", async () => {
  const arena = Arena.create({ slots: 2 });
  const elsewhere = Arena.attach(arena.shared);
  for (const index of [0, 1]) {
    let done = false;
    let woken: Promise<boolean> | undefined;
    setImmediate(() => {
      woken = arena.slot(index).event("didSubmit").waitAsync();
      done = true;
    });
    await park(arena.reactor, { cells: arena.cells, doorbell: arena.doorbell, done: () => done });
    elsewhere.slot(index).event("didSubmit").set();
    assert.equal(
      await notLost(woken ?? Promise.reject(new Error("not waited")), "a coroutine that outlived park"),
      true,
    );
  }
});
