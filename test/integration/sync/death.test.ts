/**
 * A killed thread: at any of its operations the mailbox stays consistent, other threads continue, and no wake-up is
 * lost.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Arena,
  waitForChangeAsync,
  MailboxFullError,
  openMailbox,
  takeControl,
  type Control,
} from "../../../dist/platform/sync/index.js";
import { notLost, startThread, until, type Thread } from "../../support/sync/support.js";
import type { ProducerData, ProducerResult } from "../../support/sync/workers/producer.js";
import { fillerOf, type VictimData, type VictimMessage } from "../../support/sync/workers/victim.js";
import type { WaiterData, WaiterResult } from "../../support/sync/workers/waiter.js";

const VICTIM = 7;
const WHOLE = [VICTIM, 0, fillerOf(0)];

interface Stopped {
  readonly thread: Thread<number>;
  /** Whether it stopped; false if it ended before that operation. */
  readonly reached: boolean;
}

async function stopVictim(shared: SharedArrayBuffer, stopAt: number, takes = false): Promise<Stopped> {
  const mark = new SharedArrayBuffer(4);
  const cell = new Int32Array(mark);
  const thread = startThread<number>("victim", {
    shared,
    kind: "sound",
    producer: VICTIM,
    stopAt,
    takes,
    mark,
  } satisfies VictimData);
  await notLost(thread.result, "the victim's start");
  await until(() => Atomics.load(cell, 0) !== 0, "the victim's stop");
  return { thread, reached: Atomics.load(cell, 0) === 1 };
}

/** The first operation of an append before which its message is in the queue. */
function publishingOperation(): number {
  const arena = Arena.create({ slots: 1, ringBytes: 256 });
  const mailbox = openMailbox(arena.allocate());
  assert.equal(arena.thread, 0);
  let operations = 0;
  let published = 0;
  const step = (): void => {
    takeControl(undefined);
    operations++;
    if (published === 0 && mailbox.size > 0) published = operations;
    takeControl(control);
  };
  const control: Control = {
    before: step,
    wait: () => assert.fail("no thread has the lock"),
    notify: () => (step(), 0),
  };
  takeControl(control);
  try {
    mailbox.append(1);
  } finally {
    takeControl(undefined);
  }
  return published;
}

async function killAndRecover(arena: Arena, { worker, result }: Thread<number>): Promise<void> {
  const place = await result;
  await worker.terminate();
  arena.recoverDeadThread(place);
}

test("killed at any operation of an append: its message is in the queue or not, and no wake-up is lost", async () => {
  let published = 0;
  for (let stopAt = 1; ; stopAt++) {
    const arena = Arena.create({ slots: 1, ringBytes: 256 });
    const mailbox = openMailbox(arena.allocate());
    const change = waitForChangeAsync(mailbox);
    const { thread, reached } = await stopVictim(arena.shared, stopAt);
    const isPublished = mailbox.size === 1;
    await killAndRecover(arena, thread);
    assert.equal(mailbox.size, isPublished ? 1 : 0);
    if (isPublished) published++;
    else mailbox.append("from another");
    await notLost(change, `the wake-up of an append killed before operation ${stopAt}`);
    assert.deepEqual(mailbox.take(), isPublished ? WHOLE : "from another");
    assert.equal(mailbox.take(), undefined);
    if (!reached) break;
  }
  assert.ok(published > 1, "the thread was also killed after its message was in the queue");
});

test("killed at any operation of an append: a blocked consumer wakes, a waiting producer continues", async () => {
  const publishing = publishingOperation();
  for (let stopAt = 1; ; stopAt++) {
    const arena = Arena.create({ slots: 1, ringBytes: 256 });
    const { shared } = arena;
    const mailbox = openMailbox(arena.allocate());
    const mark = new SharedArrayBuffer(4);
    const consumer = startThread<WaiterResult>("waiter", {
      shared,
      what: "mailbox",
      timeoutMs: Infinity,
      mark,
    } satisfies WaiterData);
    await until(() => Atomics.load(new Int32Array(mark), 0) > 0, "the consumer's wait");
    const { thread, reached } = await stopVictim(shared, stopAt);
    const isPublished = stopAt >= publishing;
    if (isPublished) {
      await killAndRecover(arena, thread);
      assert.deepEqual(
        await notLost(consumer.result, `the wake-up of an append killed before operation ${stopAt}`),
        WHOLE,
      );
    }
    const survivor = startThread<ProducerResult>("producer", {
      shared,
      kind: "sound",
      slots: [0],
      producer: 1,
      count: 5,
    } satisfies ProducerData);
    if (!isPublished) {
      await notLost(new Promise((resolve) => survivor.worker.once("online", resolve)), "the survivor's start");
      await killAndRecover(arena, thread);
      assert.deepEqual(await notLost(consumer.result, "the survivor's first message"), [1, 0]);
    }
    await notLost(survivor.result, "the survivor");
    const left = Array.from({ length: mailbox.size }, () => mailbox.take());
    assert.deepEqual(
      left,
      [0, 1, 2, 3, 4].slice(isPublished ? 0 : 1).map((number) => [1, number]),
    );
    if (!reached) break;
  }
});

test("killed at any operation of a take: the message is taken or not, the next consumer takes the rest", async () => {
  const filler = "f".repeat(90);
  for (let stopAt = 1; ; stopAt++) {
    const arena = Arena.create({ slots: 1, ringBytes: 256 });
    const mailbox = openMailbox(arena.allocate());
    mailbox.append([0, filler]);
    mailbox.append([1, filler]);
    const { thread, reached } = await stopVictim(arena.shared, stopAt, true);
    const { size } = mailbox;
    // There is room for a third only if the first was taken. A message that was not taken must not be overwritten.
    const append = (): void => mailbox.append([2, filler]);
    if (size === 1) append();
    else assert.throws(append, MailboxFullError);
    await killAndRecover(arena, thread);
    const left = Array.from({ length: mailbox.size }, () => mailbox.take());
    assert.deepEqual(
      left,
      (size === 1 ? [1, 2] : [0, 1]).map((number) => [number, filler]),
    );
    assert.deepEqual([mailbox.take(), mailbox.signal.isSet()], [undefined, false]);
    append();
    assert.deepEqual(mailbox.take(), [2, filler]);
    if (!reached) {
      assert.equal(size, 1);
      break;
    }
  }
});

test("forty producers killed at random times: all messages are complete and in order", async () => {
  const arena = Arena.create({ slots: 1, ringBytes: 1 << 14 });
  const mailbox = openMailbox(arena.allocate());
  const next = new Map<number, number>();
  const takeAll = (): void => {
    for (let message = mailbox.take(); message !== undefined; message = mailbox.take()) {
      const [producer, number, filler] = message as unknown as VictimMessage;
      assert.equal(number, next.get(producer) ?? 0);
      assert.equal(filler, fillerOf(number));
      next.set(producer, number + 1);
    }
  };
  const takeBeyond = async (producer: number, count: number): Promise<void> => {
    while ((next.get(producer) ?? 0) <= count) {
      await notLost(waitForChangeAsync(mailbox), `message ${count} of producer ${producer}`);
      takeAll();
    }
  };
  const endless = (producer: number): Thread<number> =>
    startThread<number>("victim", {
      shared: arena.shared,
      kind: "sound",
      producer,
      mark: new SharedArrayBuffer(4),
    } satisfies VictimData);

  // A linear congruential generator (Numerical Recipes): the same numbers in every run.
  let random = 42;
  const survivor = endless(0);
  for (let victim = 1; victim <= 40; victim++) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    const thread = endless(victim);
    await takeBeyond(victim, random % 3000);
    await killAndRecover(arena, thread);
    takeAll();
    await takeBeyond(0, next.get(0) ?? 0);
  }
  await killAndRecover(arena, survivor);
  takeAll();
  assert.equal(mailbox.size, 0);
});

test("a killed thread with waiting coroutines: its place is allocated again, and its bits are removed", async () => {
  const arena = Arena.create({ slots: 1 });
  const mark = new SharedArrayBuffer(4);
  const { worker } = startThread("crowd", { shared: arena.shared, waiters: 10, slots: 1, timeoutMs: Infinity, mark });
  await until(() => Atomics.load(new Int32Array(mark), 0) > 0, "the crowd");
  await worker.terminate();
  const event = arena.allocate().event("didSubmit");
  event.set();
  arena.recoverDeadThread(0);
  event.clear();
  assert.equal(arena.thread, 0);
  const woken = event.waitAsync();
  Arena.attach(arena.shared).slot(0).event("didSubmit").set();
  assert.equal(await notLost(woken, "the waiter in the dead thread's place"), true);
});
