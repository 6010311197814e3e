/** Both mailboxes, compared with an array in one thread, where they behave the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  Arena,
  block,
  MAILBOX_KINDS,
  MailboxFullError,
  neverAbsent,
  openMailbox,
  PayloadTooLargeError,
  type Json,
} from "../../../dist/platform/sync/index.js";
import { presetGeneration, presetRing } from "../../support/sync/support.js";

const RING_BYTES = 64;
const LIMIT = RING_BYTES - 4;

/** The bytes of a message in the ring: a length word, and its JSON in whole words. */
function recordBytes(value: Json): number {
  return 4 + Math.ceil(Buffer.byteLength(JSON.stringify(value)) / 4) * 4;
}

const anyOperation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      value: fc.oneof(fc.nat(), fc.string({ maxLength: 70 })),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ kind: "take" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "release" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "shutdown" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "waitForChange" as const }) },
);
/** The start of the byte counters: anywhere in the ring, and just before they wrap at 2^31 and 2^32. */
const anyPosition = fc
  .tuple(fc.constantFrom(0, 2 ** 31 - RING_BYTES, 2 ** 32 - RING_BYTES), fc.nat(RING_BYTES / 4))
  .map(([from, words]) => from + words * 4);
const anyGeneration = fc.constantFrom(0, 2 ** 30 - 2, 2 ** 31 - 2);

for (const kind of MAILBOX_KINDS) {
  test(`${kind}: a mailbox behaves like an array, and a refused message changes nothing`, () => {
    fc.assert(
      fc.property(
        fc.array(anyOperation, { maxLength: 100 }),
        anyPosition,
        anyGeneration,
        (operations, position, generation) => {
          const arena = Arena.create({ slots: 2, ringBytes: RING_BYTES });
          const slot = arena.slot(0);
          presetRing(arena, slot, position);
          presetGeneration(arena, slot, generation);
          const mailbox = openMailbox(slot, kind);
          const producer = openMailbox(Arena.attach(arena.shared).slot(0), kind);
          const model: Json[] = [];
          let isSet = false;
          let isShutdown = false;
          for (const operation of operations) {
            switch (operation.kind) {
              case "append": {
                const bytes = Buffer.byteLength(JSON.stringify(operation.value));
                const used = model.reduce((sum: number, value) => sum + recordBytes(value), 0);
                if (bytes > LIMIT) {
                  assert.throws(
                    () => producer.append(operation.value),
                    (error) => {
                      assert.ok(error instanceof PayloadTooLargeError);
                      assert.deepEqual([error.bytes, error.limit], [bytes, LIMIT]);
                      return error.message.includes(String(LIMIT));
                    },
                  );
                } else if (used + recordBytes(operation.value) > RING_BYTES) {
                  assert.throws(
                    () => producer.append(operation.value),
                    (error) => error instanceof MailboxFullError && error.pending === model.length,
                  );
                } else {
                  producer.append(operation.value);
                  model.push(operation.value);
                  isSet = true;
                }
                break;
              }
              case "take":
                if (model.length === 1) isSet = false;
                assert.deepEqual(mailbox.take(), model.shift());
                break;
              case "release":
                producer.release();
                isSet = true;
                break;
              case "shutdown":
                producer.shutdown();
                isSet = isShutdown = true;
                break;
              case "waitForChange":
                block(mailbox.waitForChangeSteps(0, neverAbsent));
                break;
            }
            for (const handle of [mailbox, producer]) {
              assert.equal(handle.size, model.length);
              assert.equal(handle.isEmpty(), model.length === 0);
              assert.equal(handle.isShutdown, isShutdown);
              assert.equal(handle.signal.isSet(), isSet);
              assert.equal(handle.signal.wait(0), isSet);
            }
          }
          while (model.length > 0) assert.deepEqual(mailbox.take(), model.shift());
          assert.equal(mailbox.take(), undefined);
        },
      ),
      { numRuns: 300 },
    );
  });
}

test("a message of any length up to the limit goes through an empty ring at any position", () => {
  const arena = Arena.create({ slots: 1, ringBytes: RING_BYTES });
  const slot = arena.slot(0);
  const mailbox = openMailbox(slot);
  assert.equal(mailbox.payloadLimit, LIMIT);
  for (let position = 2 ** 32 - RING_BYTES; position <= 2 ** 32; position += 4) {
    for (let bytes = 2; bytes <= LIMIT; bytes++) {
      presetRing(arena, slot, position);
      const message = "m".repeat(bytes - 2);
      mailbox.append(message);
      assert.equal(mailbox.take(), message);
    }
    assert.throws(() => mailbox.append("m".repeat(LIMIT - 1)), PayloadTooLargeError);
  }
});

test("any JSON value is received as JSON encodes it", () => {
  const units = (unit: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.string({ unit, maxLength: 40 });
  const anyText = fc.oneof(
    units(fc.constantFrom("", "a", "é", "€", "😀", "\u0000", "\ud83d", "\ude00", "\u2028", '"', "\\")),
    units(fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit))),
    fc.string({ unit: "binary", maxLength: 40 }),
  );
  const anyJson = fc.oneof(
    anyText,
    fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<Json>,
    fc.dictionary(anyText, anyText),
  );
  const arena = Arena.create({ slots: 1, ringBytes: 1 << 16 });
  const mailbox = openMailbox(arena.slot(0));
  fc.assert(
    fc.property(anyJson, (value) => {
      mailbox.append(value);
      assert.deepEqual(mailbox.take(), JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 500 },
  );
});

test("a value that is not JSON is refused with a TypeError, and nothing is appended", () => {
  const mailbox = openMailbox(Arena.create({ slots: 1 }).slot(0));
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  for (const value of [undefined, () => 1, Symbol("s"), 1n, cycle]) {
    assert.throws(() => mailbox.append(value as Json), TypeError);
    assert.deepEqual([mailbox.size, mailbox.signal.isSet()], [0, false]);
  }
});

test("a mailbox holds at most 65,535 messages, whatever their size", () => {
  const mailbox = openMailbox(Arena.create({ slots: 0, wideSlots: 1 }).allocateWide());
  for (let i = 0; i < 65_535; i++) mailbox.append(i % 10);
  assert.throws(
    () => mailbox.append(0),
    (error) => error instanceof MailboxFullError && error.pending === 65_535,
  );
  assert.equal(mailbox.take(), 0);
  mailbox.append("last");
  assert.throws(() => mailbox.append(0), MailboxFullError);
  for (let i = 1; i < 65_535; i++) assert.equal(mailbox.take(), i % 10);
  assert.equal(mailbox.take(), "last");
  assert.equal(mailbox.take(), undefined);
});

for (const kind of MAILBOX_KINDS) {
  test(`${kind}: waitForChange does not wait without a positive timeout, or when there is a change`, () => {
    const mailbox = openMailbox(Arena.create({ slots: 1 }).slot(0), kind);
    for (const timeout of [0, -1, NaN, -Infinity]) block(mailbox.waitForChangeSteps(timeout, neverAbsent));
    mailbox.append(1);
    block(mailbox.waitForChangeSteps(Infinity, neverAbsent));
    assert.equal(mailbox.take(), 1);
    mailbox.shutdown();
    block(mailbox.waitForChangeSteps(Infinity, neverAbsent));
  });
}

test("sound: a release is a change only while the worker is absent", () => {
  const mailbox = openMailbox(Arena.create({ slots: 1 }).slot(0), "sound");
  let asked = 0;
  const worker = { isAbsent: (): boolean => (asked++, true) };
  block(mailbox.waitForChangeSteps(0, worker));
  assert.equal(asked, 0);
  mailbox.release();
  block(mailbox.waitForChangeSteps(Infinity, worker));
  assert.equal(asked, 1);
  block(mailbox.waitForChangeSteps(0, neverAbsent));
});
