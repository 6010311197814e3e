import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  Arena,
  MAILBOX_KINDS,
  openMailbox,
  SLOT_OPERATIONS,
  type ArgumentKind,
  type OperationArguments,
  type Slot,
  type SlotOperation,
  type SlotRecorder,
  type Waiter,
  type SlotInterceptor,
} from "../../../../dist/platform/sync/index.js";

/** Carries out everything, and keeps the names. */
class Watching implements SlotInterceptor {
  readonly seen: string[] = [];

  perform<Kind extends ArgumentKind, Outcome>(
    slot: Slot,
    operation: SlotOperation<Kind, Outcome>,
    argument: OperationArguments[Kind],
  ): Outcome {
    this.seen.push(operation.name);
    return operation.execute(slot, argument);
  }

  wait(
    slot: Slot,
    wake: SlotOperation<"epoch", boolean>,
    epoch: number,
    _timeoutMs: number,
    begin: (ended: Waiter<boolean>) => void,
    waiter: Waiter<boolean>,
  ): void {
    begin({ resume: () => waiter.resume(this.perform(slot, wake, epoch)), fail: (error) => waiter.fail(error) });
  }
}

for (const kind of MAILBOX_KINDS) {
  test(`a witness sees every operation, and changes none (${kind})`, () => {
    const deeds = fc.array(fc.constantFrom("append", "take", "release", "shutdown", "isEmpty", "isSet"), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(deeds, (list) => {
        const interceptor = new Watching();
        const mailboxes = [Arena.create({ slots: 1 }), Arena.create({ slots: 1, interceptor })].map((arena) =>
          openMailbox(arena.allocate(), kind),
        );
        for (const [number, deed] of list.entries()) {
          const before = interceptor.seen.length;
          const [plain, intercepted] = mailboxes.map((mailbox) => {
            if (deed === "append") return mailbox.append({ number });
            if (deed === "isSet") return mailbox.signal.isSet();
            return mailbox[deed]();
          });
          assert.deepEqual(intercepted, plain);
          assert.ok(interceptor.seen.length > before, `${deed} was not seen`);
        }
      }),
    );
  });
}

/** Keeps the names of what it is told of, and the numbers. */
class Recording implements SlotRecorder {
  readonly seen: string[] = [];
  readonly numbers: number[] = [];
  readonly waiter = {};
  readonly waiters: (object | undefined)[] = [];

  noteOperation(_slot: number, number: number, code: number): void {
    this.seen.push(SLOT_OPERATIONS[code]?.name ?? "");
    this.numbers.push(number);
  }

  notePush(slot: number, number: number, code: number): void {
    this.noteOperation(slot, number, code);
  }

  noteTimed(
    slot: number,
    number: number,
    code: number,
    _positive: boolean,
    _atMs: number,
    waiter: object | undefined,
  ): void {
    this.noteOperation(slot, number, code);
    this.waiters.push(waiter);
  }
}

for (const kind of MAILBOX_KINDS) {
  test(`a recorder is told of the operations that a witness sees, with numbers without a gap (${kind})`, () => {
    const deeds = fc.array(
      fc.constantFrom("append", "take", "release", "shutdown", "isEmpty", "isSet", "size", "rouse"),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(deeds, (list) => {
        const [interceptor, recorder] = [new Watching(), new Recording()];
        const slots = [Arena.create({ slots: 1, interceptor }), Arena.create({ slots: 1, recorder })].map((arena) =>
          arena.allocate(),
        );
        const mailboxes = slots.map((slot) => openMailbox(slot, kind));
        for (const [number, deed] of list.entries()) {
          const [intercepted, recorded] = mailboxes.map((mailbox, side) => {
            if (deed === "append") return mailbox.append({ number });
            if (deed === "isSet") return mailbox.signal.isSet();
            if (deed === "size") return mailbox.size;
            if (deed === "rouse") return slots[side]?.wakeAll();
            return mailbox[deed]();
          });
          assert.deepEqual(recorded, intercepted);
        }
        assert.deepEqual(recorder.seen, interceptor.seen);
        assert.deepEqual(
          recorder.numbers,
          recorder.seen.map((_, number) => number),
        );
      }),
    );
  });
}

test("a recorder is told how waits end, and of whom", async () => {
  const recorder = new Recording();
  const event = Arena.create({ slots: 1, recorder }).allocate().event("didSubmit");
  assert.equal(await event.waitAsync(5), false);
  const raised = event.waitAsync(60_000);
  event.set();
  assert.equal(await raised, true);
  event.clear();
  assert.equal(event.wait(5), false);
  assert.deepEqual(
    recorder.seen,
    ["epoch", "wake", "epoch", "set", "wake", "clear", "epoch", "wake"].map((name) => `didSubmit.${name}`),
  );
  assert.deepEqual(recorder.waiters, [recorder.waiter, recorder.waiter, recorder.waiter]);
});

test("a wait tells what it came to when it ends", async () => {
  const interceptor = new Watching();
  const event = Arena.create({ slots: 1, interceptor }).allocate().event("didSubmit");
  assert.equal(await event.waitAsync(5), false);
  const raised = event.waitAsync(60_000);
  event.set();
  assert.equal(await raised, true);
  assert.equal(event.wait(5), true);
  assert.deepEqual(
    interceptor.seen,
    ["epoch", "wake", "epoch", "set", "wake", "epoch"].map((name) => `didSubmit.${name}`),
  );
});

test("operations are numbered without a gap, and one that its thread died in gives its place up", () => {
  const arena = Arena.create({ slots: 1 });
  const slot = arena.allocate();
  for (let number = 0; number < 5; number++) {
    assert.equal(slot.beginOperation(), number);
    slot.endOperation(number);
  }
  const other = Arena.attach(arena.shared);
  assert.equal(other.slot(slot.index).beginOperation(), 5);
  arena.recoverDeadThread(other.thread);
  assert.equal(slot.beginOperation(), 6, "the number of the dead is not given twice");
  slot.endOperation(6);
});
