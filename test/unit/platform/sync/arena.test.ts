/** Sizes, slots and places of an arena. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arenaSizesOf } from "../../../../dist/load/run/arena-sizes.js";
import { MAX_RUN_THREADS } from "../../../../dist/load/run/run-limits.js";
import { MAX_WORKERS } from "../../../../dist/load/scenario/scenario-limits.js";
import { Arena, ArenaFullError, MAX_THREADS, openMailbox, type Slot } from "../../../../dist/platform/sync/index.js";

test("each slot is allocated once, empty, and again after it was freed", () => {
  const anySizes = fc.record({ slots: fc.integer({ min: 1, max: 70 }), wideSlots: fc.integer({ min: 0, max: 40 }) });
  const anyMoves = fc.array(
    fc.record({ wide: fc.boolean(), release: fc.boolean(), pick: fc.nat(), thread: fc.nat(1) }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(anySizes, anyMoves, (sizes, moves) => {
      const arena = Arena.create({ ...sizes, ringBytes: 64, wideRingBytes: 128 });
      const threads = [arena, Arena.attach(arena.shared)] as const;
      const taken = { narrow: new Map<number, Slot>(), wide: new Map<number, Slot>() };
      const incarnations = new Map<number, number>();
      for (const { wide, release, pick, thread } of moves) {
        const here = threads[thread] ?? arena;
        const kind = wide ? "wide" : "narrow";
        const own = taken[kind];
        if (release) {
          const slot = [...own.values()][pick % own.size];
          if (slot === undefined) continue;
          openMailbox(slot).append("left behind");
          openMailbox(slot).shutdown();
          slot.event("didSubmit").set();
          here.free(slot);
          own.delete(slot.index);
        } else if (own.size === (wide ? sizes.wideSlots : sizes.slots)) {
          assert.throws(() => (wide ? here.allocateWide() : here.allocate()), ArenaFullError);
        } else {
          const slot = wide ? here.allocateWide() : here.allocate();
          assert.equal(own.has(slot.index), false);
          assert.equal(slot.index >= sizes.slots, wide);
          assert.equal(slot.ring.payloadLimit, wide ? 124 : 60);
          own.set(slot.index, slot);
          const mailbox = openMailbox(slot);
          assert.deepEqual(
            [mailbox.size, mailbox.isShutdown, mailbox.signal.isSet(), slot.isReleased],
            [0, false, false, false],
          );
          assert.equal(slot.event("didSubmit").isSet(), false);
          assert.equal(slot.incarnation, (incarnations.get(slot.index) ?? 0) + 1);
          incarnations.set(slot.index, slot.incarnation);
        }
        assert.equal(arena.allocated, taken.narrow.size);
      }
    }),
    { numRuns: 150 },
  );
});

test("slots do not overlap: no mailbox changes another", () => {
  const arena = Arena.create({ slots: 33, wideSlots: 3, ringBytes: 64, wideRingBytes: 128 });
  const mailboxes = Array.from({ length: 36 }, (_, index) => openMailbox(arena.slot(index)));
  const fill = (index: number): string => String.fromCharCode(97 + (index % 26)).repeat(index < 33 ? 58 : 122);
  for (const [index, mailbox] of mailboxes.entries()) mailbox.append(fill(index));
  for (const [index, mailbox] of mailboxes.entries()) {
    mailbox.release();
    assert.equal(mailbox.take(), fill(index));
    assert.equal(mailbox.size, 0);
  }
});

test("attach opens the same slots, and refuses memory that is not an arena", () => {
  const arena = Arena.create({ slots: 2, ringBytes: 64 });
  openMailbox(arena.slot(1)).append("here");
  const attached = Arena.attach(arena.shared);
  assert.equal(openMailbox(attached.slot(1)).take(), "here");
  for (const bytes of [0, 5, 64, 4096]) assert.throws(() => Arena.attach(new SharedArrayBuffer(bytes)), TypeError);
});

test("invalid sizes are refused", () => {
  for (const sizes of [
    { slots: -1 },
    { slots: 1.5 },
    { slots: 2 ** 25 },
    { wideSlots: NaN },
    { ringBytes: 32 },
    { ringBytes: 100 },
    { wideRingBytes: 2 ** 31 },
  ]) {
    assert.throws(() => Arena.create(sizes), RangeError);
  }
  const arena = Arena.create({ slots: 2, wideSlots: 1 });
  for (const index of [-1, 3, 0.5, NaN]) assert.throws(() => arena.slot(index), RangeError);
});

test("an unknown event, an unknown kind of mailbox and a slot of another arena are refused without effect", () => {
  const arena = Arena.create({ slots: 4, ringBytes: 64 });
  const [, slot] = [arena.allocate(), arena.allocate()];
  const before = Buffer.from(new Uint8Array(arena.shared));
  assert.throws(
    () => slot.event("didSubmitt" as "didSubmit"),
    new TypeError(
      'unknown event "didSubmitt" of a slot: expected hasLiveUpdate, didSubmit, wantsAction, hasUpdatedStatus',
    ),
  );
  assert.throws(
    () => openMailbox(slot, "sond" as "sound"),
    new TypeError('a mailbox is sound or reference, not "sond"'),
  );
  assert.throws(
    () => arena.free(Arena.create({ slots: 4, ringBytes: 64 }).allocate()),
    new TypeError("slot 0 is of another arena"),
  );
  assert.deepEqual(Buffer.from(new Uint8Array(arena.shared)), before);
});

test("each thread has a place of its own, and a place is allocated again after its thread has detached", () => {
  const arena = Arena.create({ slots: 1 });
  const threads = Array.from({ length: MAX_THREADS }, () => Arena.attach(arena.shared));
  assert.deepEqual(new Set(threads.map(({ thread }) => thread)).size, MAX_THREADS);
  assert.throws(() => arena.thread, RangeError);
  threads[7]?.detach();
  assert.equal(arena.thread, 7);
});

test("a wait in a thread without a place fails, and leaves no waiter", async () => {
  const arena = Arena.create({ slots: 1 });
  const event = arena.slot(0).event("didSubmit");
  for (let place = 0; place < MAX_THREADS; place++) assert.equal(Arena.attach(arena.shared).thread, place);
  await assert.rejects(event.waitAsync(1), RangeError);
  assert.ok(arena.reactor.isIdle);
});

/** The slots of `indices` in which a message from one handle to another is lost. */
function lostIn(arena: Arena, indices: readonly number[]): number[] {
  const other = Arena.attach(arena.shared);
  return indices.filter((index) => {
    const sent = [{ far: index }, "zweite Nachricht: ä€😀"];
    for (const message of sent) openMailbox(arena.slot(index)).append(message);
    const mailbox = openMailbox(other.slot(index));
    return sent.some((message) => JSON.stringify(mailbox.take()) !== JSON.stringify(message));
  });
}

test("an arena above 2 GiB loses no message, on both sides of byte 2^31", () => {
  // Unused memory is not allocated by the system: these rings take only address space.
  const arena = Arena.create({ slots: 1, ringBytes: 64, wideSlots: 3, wideRingBytes: 2 ** 30 });
  assert.deepEqual(lostIn(arena, [0, 1, 2, 3]), []);
});

test("the arena of the largest run can be created, and loses no message in its first, middle and last slots", () => {
  const sizes = arenaSizesOf({ workers: MAX_WORKERS, clients: MAX_RUN_THREADS / 2, tasks: MAX_RUN_THREADS / 2 });
  const arena = Arena.create(sizes);
  const every = Math.floor(sizes.slots / 1000);
  const wide = Array.from({ length: sizes.wideSlots }, (_, n) => sizes.slots + n);
  assert.deepEqual(lostIn(arena, [...Array.from({ length: 1000 }, (_, n) => n * every), sizes.slots - 1, ...wide]), []);
});

test("an arena above the limit of Node.js 20 is refused with its size and the limit", () => {
  assert.throws(
    () => Arena.create({ slots: 1_100_000, ringBytes: 4096, wideSlots: 0, wideRingBytes: 64 }),
    (error: unknown) =>
      error instanceof RangeError &&
      /^an arena of 1100000 slots of 4096 bytes and 0 of 64 needs \d{10} bytes: expected 4294967296 at most$/.test(
        error.message,
      ),
  );
});
